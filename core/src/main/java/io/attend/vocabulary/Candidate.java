package io.attend.vocabulary;

import io.attend.tokenizer.Algorithm;
import java.util.OptionalDouble;

/// What is known of one vocabulary.
///
/// @param algorithm that made it
/// @param size tokens it has, which are fewer than asked for when the texts give no more
/// @param coverage share of held-out visible characters that have tokens
/// @param unknownRate share of held-out tokens that are the unknown one
/// @param returnRate share of held-out texts that decoding gives back as they were, once normalized
/// @param compression bytes of held-out text a token stands for
/// @param charactersPerToken code points a token stands for
/// @param tokensPerWord tokens a run of characters between white space becomes
/// @param embeddingParameters numbers in the table of the model it is meant for, V·E
/// @param length tokens that a page of text becomes
/// @param attentionFlops what attending to each other costs the tokens of a page
/// @param flopsPerCharacter what reading a page costs the whole model, for each character
/// @param bitsPerCharacter of the proxy, if one was trained
public record Candidate(
        Algorithm algorithm,
        int size,
        double coverage,
        double unknownRate,
        double returnRate,
        double compression,
        double charactersPerToken,
        double tokensPerWord,
        long embeddingParameters,
        long length,
        double attentionFlops,
        double flopsPerCharacter,
        OptionalDouble bitsPerCharacter) {
    Candidate foretelling(double bits) {
        return new Candidate(
                algorithm,
                size,
                coverage,
                unknownRate,
                returnRate,
                compression,
                charactersPerToken,
                tokensPerWord,
                embeddingParameters,
                length,
                attentionFlops,
                flopsPerCharacter,
                OptionalDouble.of(bits));
    }
}
