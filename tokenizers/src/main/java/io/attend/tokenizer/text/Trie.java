package io.attend.tokenizer.text;

import java.util.Arrays;

/// Strings and their numbers, found by walking character by character: all strings that begin at a place in one
/// pass.
///
/// Steps are kept by open addressing on `node << 16 | character`.
public final class Trie {
    /// Where a walk begins.
    public static final int ROOT = 0;
    /// Where a walk ends that leads nowhere.
    public static final int NOWHERE = -1;

    /// The nodes one character from the root, by that character; the walk begins there each time.
    private final int[] firsts = new int[0x10000];

    private long[] keys;
    private int[] nodes;
    private int[] values = new int[64];
    private int count = 1;
    private int mask;

    public Trie() {
        keys = new long[256];
        nodes = new int[256];
        mask = 255;
        Arrays.fill(keys, -1);
        Arrays.fill(firsts, NOWHERE);
        values[ROOT] = -1;
    }

    /// Adds a string. Its number must not be negative; a string added twice has its last number.
    public void put(String string, int value) {
        int node = ROOT;
        for (int i = 0; i < string.length(); i++) {
            int next = step(node, string.charAt(i));
            node = next == NOWHERE ? grow(node, string.charAt(i)) : next;
        }
        values[node] = value;
    }

    /// The node one character further, or [#NOWHERE].
    public int step(int node, char c) {
        if (node == ROOT) {
            return firsts[c];
        }
        long key = (long) node << 16 | c;
        int slot = slot(key);
        while (keys[slot] != key) {
            if (keys[slot] == -1) {
                return NOWHERE;
            }
            slot = slot + 1 & mask;
        }
        return nodes[slot];
    }

    /// The number of the string that ends at a node, or -1.
    public int value(int node) {
        return values[node];
    }

    private int grow(int from, char c) {
        if (count * 2 > keys.length) {
            long[] oldKeys = keys;
            int[] oldNodes = nodes;
            keys = new long[oldKeys.length * 2];
            nodes = new int[oldKeys.length * 2];
            mask = keys.length - 1;
            Arrays.fill(keys, -1);
            for (int i = 0; i < oldKeys.length; i++) {
                if (oldKeys[i] != -1) {
                    put(oldKeys[i], oldNodes[i]);
                }
            }
        }
        if (count == values.length) {
            values = Arrays.copyOf(values, count * 2);
        }
        values[count] = -1;
        if (from == ROOT) {
            firsts[c] = count;
        } else {
            put((long) from << 16 | c, count);
        }
        return count++;
    }

    private void put(long key, int node) {
        int slot = slot(key);
        while (keys[slot] != -1) {
            slot = slot + 1 & mask;
        }
        keys[slot] = key;
        nodes[slot] = node;
    }

    private int slot(long key) {
        long hash = key * 0x9E3779B97F4A7C15L;
        return (int) (hash >>> 32) & mask;
    }
}
