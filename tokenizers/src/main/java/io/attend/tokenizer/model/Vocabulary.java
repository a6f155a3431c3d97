package io.attend.tokenizer.model;

import io.attend.tokenizer.TokenizerException;
import io.attend.tokenizer.json.JsonForm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Tokens and their ids, both ways. An id without a token is a hole.
///
/// Looking a token up costs one hash of its characters and allocates nothing.
public final class Vocabulary implements JsonForm {
    /// Ids at or above this are refused: a hostile file must not make us allocate tables of its choosing.
    public static final int LIMIT = 1 << 24;

    private final String[] tokens;
    private final int[] slots;
    private final int count;
    private final int longest;

    private Vocabulary(String[] tokens, boolean repeats) {
        this.tokens = tokens;
        slots = new int[Integer.highestOneBit(Math.max(tokens.length, 4)) * 4];
        Arrays.fill(slots, -1);
        int present = 0;
        int most = 0;
        for (int id = 0; id < tokens.length; id++) {
            String token = tokens[id];
            if (token != null) {
                int slot = slot(token.hashCode());
                while (slots[slot] >= 0 && !tokens[slots[slot]].equals(token)) {
                    slot = slot + 1 & slots.length - 1;
                }
                if (slots[slot] >= 0 && !repeats) {
                    throw new IllegalArgumentException(
                            "token \"" + token + "\" has two ids, " + slots[slot] + " and " + id);
                }
                slots[slot] = id;
                present++;
                most = Math.max(most, token.length());
            }
        }
        count = present;
        longest = most;
    }

    /// Tokens whose ids are their places in the list.
    public static Vocabulary of(List<String> tokens) {
        if (tokens.size() > LIMIT) {
            throw new IllegalArgumentException(tokens.size() + " tokens are more than " + LIMIT);
        }
        return new Vocabulary(List.copyOf(tokens).toArray(new String[0]), false);
    }

    /// Tokens whose ids are their places in the list; one that is there twice has its last place as its id, as
    /// published unigram vocabularies are read.
    static Vocabulary ofRepeating(List<String> tokens) {
        return new Vocabulary(List.copyOf(tokens).toArray(new String[0]), true);
    }

    /// Tokens with their ids.
    ///
    /// @throws IllegalArgumentException naming the token, if two share an id or an id is out of range
    public static Vocabulary of(Map<String, Integer> ids) {
        int size = 0;
        for (var entry : ids.entrySet()) {
            int id = entry.getValue();
            if (id < 0 || id >= LIMIT) {
                throw new IllegalArgumentException(
                        "token \"" + entry.getKey() + "\" has id " + id + "; expected 0 to " + (LIMIT - 1));
            }
            size = Math.max(size, id + 1);
        }
        String[] tokens = new String[size];
        ids.forEach((token, id) -> {
            if (tokens[id] != null) {
                throw new IllegalArgumentException(
                        "tokens \"" + tokens[id] + "\" and \"" + token + "\" share id " + id);
            }
            tokens[id] = token;
        });
        return new Vocabulary(tokens, false);
    }

    /// One more than the largest id.
    public int size() {
        return tokens.length;
    }

    /// How many tokens there are; less than [#size] when there are holes.
    public int count() {
        return count;
    }

    /// The length of the longest token, in UTF-16 units.
    public int longest() {
        return longest;
    }

    public boolean has(int id) {
        return id >= 0 && id < tokens.length && tokens[id] != null;
    }

    /// The token of an id.
    ///
    /// @throws IllegalArgumentException if the id has none
    public String token(int id) {
        if (!has(id)) {
            throw new IllegalArgumentException("no token has id " + id + "; ids run from 0 to " + (tokens.length - 1));
        }
        return tokens[id];
    }

    /// The id of a token, if it is one.
    public OptionalInt id(String token) {
        int slot = slot(token.hashCode());
        while (slots[slot] >= 0) {
            if (tokens[slots[slot]].equals(token)) {
                return OptionalInt.of(slots[slot]);
            }
            slot = slot + 1 & slots.length - 1;
        }
        return OptionalInt.empty();
    }

    /// The id of the token that is `chars[start, end)`, or -1.
    public int id(char[] chars, int start, int end) {
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + chars[i];
        }
        return id(hash, chars, start, end);
    }

    /// The id of the token that is `chars[start, end)` and whose hash, as [String#hashCode] has it, is `hash`;
    /// or -1.
    public int id(int hash, char[] chars, int start, int end) {
        int slot = slot(hash);
        while (slots[slot] >= 0) {
            String token = tokens[slots[slot]];
            if (token.hashCode() == hash && matches(token, chars, start, end)) {
                return slots[slot];
            }
            slot = slot + 1 & slots.length - 1;
        }
        return -1;
    }

    private static boolean matches(String token, char[] chars, int start, int end) {
        int length = end - start;
        if (token.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (token.charAt(i) != chars[start + i]) {
                return false;
            }
        }
        return true;
    }

    private int slot(int hash) {
        return (hash * 0x9E3779B9 >>> 7) & slots.length - 1;
    }

    /// The tokens in the order of their ids, holes left out.
    public List<String> tokens() {
        List<String> list = new ArrayList<>(count);
        for (String token : tokens) {
            if (token != null) {
                list.add(token);
            }
        }
        return list;
    }

    static Vocabulary ofJson(JsonNode node, String path) {
        if (!node.isObject()) {
            throw new TokenizerException(path + " is not an object of tokens and ids");
        }
        Map<String, Integer> ids = new HashMap<>(node.size() * 2);
        node.properties().forEach(e -> {
            if (!e.getValue().isIntegralNumber() || !e.getValue().canConvertToInt()) {
                throw new TokenizerException(path + "." + e.getKey() + " is " + e.getValue() + "; expected an id");
            }
            ids.put(e.getKey(), e.getValue().intValue());
        });
        return of(ids);
    }

    @Override
    public ObjectNode toJson() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int id = 0; id < tokens.length; id++) {
            if (tokens[id] != null) {
                object.put(tokens[id], id);
            }
        }
        return object;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Vocabulary that && Arrays.equals(tokens, that.tokens);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(tokens);
    }

    @Override
    public String toString() {
        return "Vocabulary of " + count + " tokens";
    }
}
