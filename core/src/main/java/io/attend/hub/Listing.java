package io.attend.hub;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The files of a model at one commit, as the hub's model information lists them:
///
///     {"sha": "...", "siblings": [{"rfilename": "config.json", "size": 665, "blobId": "...", "lfs": {"sha256":
/// "..."}}]}
///
/// @param files those whose names are safe; others are never written
record Listing(String commit, List<HubFile> files) {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final int MOST_FILES = 100_000;

    Listing {
        files = List.copyOf(files);
    }

    static Listing read(String what, String json) {
        JsonNode tree;
        try {
            tree = JSON.readTree(json);
        } catch (JacksonException e) {
            throw new HubException(what + ": the list of files is not JSON: " + e.getOriginalMessage(), e);
        }
        String commit = tree.path("sha").asString("");
        if (!COMMIT.matcher(commit).matches()) {
            throw new HubException(what + ": the hub names no commit (\"" + commit + "\"); is HF_ENDPOINT a hub?");
        }
        List<HubFile> files = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode sibling : tree.path("siblings")) {
            String name = sibling.path("rfilename").asString("");
            if (files.size() == MOST_FILES) {
                throw new HubException(what + ": more than " + MOST_FILES + " files");
            }
            if (HubFile.isSafe(name)) {
                if (!names.add(name)) {
                    throw new HubException(what + ": the hub lists " + name + " twice");
                }
                files.add(file(name, sibling));
            }
        }
        return new Listing(commit, files);
    }

    /// The size is -1 and the checksum empty if the hub does not say.
    private static HubFile file(String name, JsonNode sibling) {
        JsonNode large = sibling.path("lfs");
        long size = large.path("size").isIntegralNumber()
                ? large.path("size").asLong(-1)
                : sibling.path("size").asLong(-1);
        String checksum = large.isObject()
                ? large.path("sha256").asString(large.path("oid").asString(""))
                : sibling.path("blobId").asString(sibling.path("checksum").asString(""));
        return new HubFile(
                name,
                Math.max(-1, size),
                Checksum.of(checksum).map(Checksum::hex).orElse(""));
    }

    /// What [#read] reads.
    String json() {
        ObjectNode tree = JSON.createObjectNode().put("sha", commit);
        ArrayNode siblings = tree.putArray("siblings");
        files.forEach(file -> siblings.addObject()
                .put("rfilename", file.path())
                .put("size", file.size())
                .put("checksum", file.checksum()));
        return tree.toString();
    }
}
