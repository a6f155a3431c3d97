package io.attend.huggingface;

import static org.assertj.core.api.Assertions.assertThat;

import io.attend.model.Transformer;
import io.attend.verify.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Classes of encoders that no folder was saved by: what they save around embeddings and layers, read in
/// Hugging Face's code.
class EncoderClassTest {
    /// A module is a weight and a bias; `name!` is one tensor.
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            bert-base | BertForNextSentencePrediction | bert.pooler.dense cls.seq_relationship
            roberta-base | RobertaForCausalLM | lm_head.bias! lm_head.dense lm_head.layer_norm
            roberta-base | RobertaForTokenClassification | classifier
            roberta-base | RobertaForQuestionAnswering | qa_outputs
            distilbert-base | DistilBertForTokenClassification | classifier
            distilbert-base | DistilBertForQuestionAnswering | qa_outputs
            electra-base | ElectraForCausalLM | generator_lm_head.bias! generator_predictions.dense generator_predictions.LayerNorm
            electra-base | ElectraForSequenceClassification | classifier.dense classifier.out_proj
            electra-base | ElectraForTokenClassification | classifier
            electra-base | ElectraForQuestionAnswering | qa_outputs
            albert-base | AlbertForPreTraining | albert.pooler predictions.bias! predictions.dense predictions.LayerNorm sop_classifier.classifier
            albert-base | AlbertForSequenceClassification | albert.pooler classifier
            albert-base | AlbertForTokenClassification | classifier
            albert-base | AlbertForQuestionAnswering | qa_outputs
            mpnet-base | MPNetForMaskedLM | lm_head.bias! lm_head.dense lm_head.layer_norm
            mpnet-base | MPNetForSequenceClassification | classifier.dense classifier.out_proj
            mpnet-base | MPNetForTokenClassification | classifier
            mpnet-base | MPNetForQuestionAnswering | qa_outputs
            roformer-mlm | RoFormerForSequenceClassification | classifier.dense classifier.out_proj
            roformer-mlm | RoFormerForTokenClassification | classifier
            roformer-mlm | RoFormerForQuestionAnswering | qa_outputs
            deberta-v1-base | DebertaForMaskedLM | cls.predictions.bias! cls.predictions.transform.dense cls.predictions.transform.LayerNorm
            deberta-v1-base | DebertaForSequenceClassification | pooler.dense classifier
            deberta-v1-base | DebertaForTokenClassification | classifier
            deberta-v1-base | DebertaForQuestionAnswering | qa_outputs
            deberta-v2-base | DebertaV2ForTokenClassification | classifier
            deberta-v2-base | DebertaV2ForQuestionAnswering | qa_outputs
            squeezebert-base | SqueezeBertForMaskedLM | transformer.pooler.dense cls.predictions.bias! cls.predictions.transform.dense cls.predictions.transform.LayerNorm
            squeezebert-base | SqueezeBertForSequenceClassification | transformer.pooler.dense classifier
            squeezebert-base | SqueezeBertForTokenClassification | transformer.pooler.dense classifier
            squeezebert-base | SqueezeBertForQuestionAnswering | transformer.pooler.dense qa_outputs
            convbert-base | ConvBertForSequenceClassification | classifier.dense classifier.out_proj
            convbert-base | ConvBertForTokenClassification | classifier
            convbert-base | ConvBertForQuestionAnswering | qa_outputs
            """)
    void savesItsHeadAroundTheBody(String folder, String name, String head, @TempDir Path copy) throws IOException {
        Set<String> names = Pretrained.describe(classed(folder, name, copy)).table().stored().keySet().stream()
                .filter(stored -> !stored.contains("embeddings") && !stored.contains(".layer."))
                .filter(stored -> !stored.contains("encoder."))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(names)
                .isEqualTo(Stream.of(head.split(" "))
                        .flatMap(module -> module.endsWith("!")
                                ? Stream.of(module.substring(0, module.length() - 1))
                                : Stream.of(module + ".weight", module + ".bias"))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    /// Scores of words that are not tied have a matrix of their own, and the bias stays where it was.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bert-mlm | cls.predictions.decoder.weight
            roberta-mlm | lm_head.decoder.weight
            distilbert-mlm | vocab_projector.weight
            electra-mlm | generator_lm_head.weight
            albert-mlm | predictions.decoder.weight
            roformer-mlm | cls.predictions.decoder.weight
            deberta-v2-mlm | cls.predictions.decoder.weight
            convbert-mlm | generator_lm_head.weight
            """)
    void savesScoresThatAreNotTied(String folder, String scores, @TempDir Path copy) throws IOException {
        Set<String> tied =
                Pretrained.describe(Fixtures.folder(folder)).table().stored().keySet();
        Path changed = Fixtures.copy(folder, copy);
        Fixtures.replace(changed, "\"model_type\"", "\"tie_word_embeddings\": false, \"model_type\"");
        Set<String> own =
                new TreeSet<>(Pretrained.describe(changed).table().stored().keySet());
        assertThat(tied).doesNotContain(scores);
        assertThat(own.remove(scores)).isTrue();
        assertThat(own).isEqualTo(new TreeSet<>(tied));
    }

    /// RoBERTa's kin have its tensors under their own type and classes.
    @ParameterizedTest
    @CsvSource({"xlm-roberta, XLMRobertaForMaskedLM", "camembert, CamembertForMaskedLM"})
    void isRobertaByAnotherName(String type, String name, @TempDir Path copy) throws IOException {
        Path changed = classed("roberta-mlm", name, copy);
        Fixtures.replace(changed, "\"model_type\": \"roberta\"", "\"model_type\": \"" + type + "\"");
        java.nio.file.Files.copy(
                Fixtures.folder("roberta-mlm").resolve("expected.safetensors"), copy.resolve("expected.safetensors"));
        assertThat(Verification.of(changed, Verification.TOLERANCE))
                .filteredOn(check -> check.name().startsWith("out."))
                .isNotEmpty()
                .allMatch(Verification.Check::passed);
    }

    /// Relative distances leave the table of places unused, which is saved all the same.
    @ParameterizedTest
    @CsvSource({
        "roberta-base, embeddings.position_embeddings.weight",
        "electra-base, embeddings.position_embeddings.weight",
        "albert-base, embeddings.position_embeddings.weight"
    })
    void keepsPlacesThatDistancesLeaveUnused(String folder, String places, @TempDir Path copy) throws IOException {
        Mapping absolute = Pretrained.describe(Fixtures.folder(folder));
        Path changed = Fixtures.copy(folder, copy);
        Fixtures.replace(changed, "\"absolute\"", "\"relative_key_query\"");
        Mapping relative = Pretrained.describe(changed);
        assertThat(relative.table().stored().get(places))
                .isEqualTo(absolute.table().stored().get(places));
        assertThat(relative.table().stored().keySet()).anyMatch(name -> name.endsWith("distance_embedding.weight"));
        assertThat(Transformer.parameters(relative.architecture()))
                .noneMatch(parameter -> parameter.name().equals("embedding.position.weight"));
    }

    private static Path classed(String folder, String name, Path copy) throws IOException {
        Path changed = Fixtures.copy(folder, copy);
        String saved = Config.of(changed).className("");
        Fixtures.replace(changed, "\"" + saved + "\"", "\"" + name + "\"");
        return changed;
    }
}
