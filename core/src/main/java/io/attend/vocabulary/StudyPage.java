package io.attend.vocabulary;

import io.attend.tokenizer.Algorithm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/// What a study found as one HTML page that stands alone: which to take, plots, and a table of all.
public record StudyPage(Study study, Study.Findings findings, String texts) {
    private static final String PLACE = "{{content}}";

    /// The page.
    public String html() {
        StringBuilder page = new StringBuilder();
        page.append("<h1>Which vocabulary</h1>\n<p class=\"about\">")
                .append(Html.escape(texts))
                .append("</p>\n");
        page.append("<div class=\"take\"><strong>")
                .append(Html.escape(Recommendation.name(findings.best().candidate())))
                .append("</strong><p>")
                .append(Html.escape(findings.best().reason()))
                .append("</p></div>\n<section><h2>What each brings and costs</h2>\n");
        legend(page);
        page.append("<div class=\"grid\">\n");
        boolean measured = findings.candidates().stream()
                .anyMatch(c -> c.bitsPerCharacter().isPresent());
        if (measured) {
            card(page, quality());
            card(
                    page,
                    bySize(
                            "Proxy",
                            "bits a character of held-out text; less is better",
                            c -> c.bitsPerCharacter().orElseThrow(),
                            figure("%.2f")));
        }
        card(page, bySize("Compression", "bytes of text a token stands for", Candidate::compression, figure("%.1f")));
        card(page, bySize("Words", "tokens a word becomes", Candidate::tokensPerWord, figure("%.1f")));
        card(page, bySize("Unknown", "% of held-out tokens", c -> 100 * c.unknownRate(), figure("%.1f")));
        card(
                page,
                bySize(
                        "Table",
                        "millions of parameters at width " + study.meant().width(),
                        c -> c.embeddingParameters() / 1e6,
                        figure("%.0f")));
        card(
                page,
                bySize(
                        "Attention",
                        String.format(
                                Locale.ROOT,
                                "MFLOP to read %,d characters",
                                study.meant().page()),
                        c -> c.attentionFlops() / 1e6,
                        figure("%,.0f")));
        card(
                page,
                bySize(
                        "The whole model",
                        "MFLOP for each character",
                        c -> c.flopsPerCharacter() / 1e6,
                        figure("%,.0f")));
        page.append("</div></section>\n");
        table(page, measured);
        method(page, measured);
        String template = template();
        int place = template.indexOf(PLACE);
        return template.substring(0, place) + page + template.substring(place + PLACE.length());
    }

    private static DoubleFunction<String> figure(String format) {
        return value -> String.format(Locale.ROOT, format, value);
    }

    private void legend(StringBuilder page) {
        page.append("<div class=\"legend\">");
        for (Algorithm algorithm : plotted()) {
            int style = style(algorithm);
            page.append("<span class=\"s")
                    .append(style)
                    .append("\"><svg><polyline points=\"0,7 26,7\"/>")
                    .append(Plot.dot(style, 13, 7))
                    .append("</svg>")
                    .append(algorithm.label())
                    .append("</span>");
        }
        page.append("<span class=\"note\">ringed: the one to take");
        if (plotted().size() < study.algorithms().size()) {
            page.append("; characters and bytes, which have one size, are in the table below");
        }
        page.append("</span></div>\n");
    }

    private static void card(StringBuilder page, Plot plot) {
        page.append("<div class=\"card\"><h3>")
                .append(Html.escape(plot.title()))
                .append("</h3><p class=\"note\">")
                .append(Html.escape(plot.note()))
                .append("</p>")
                .append(plot.svg())
                .append("</div>\n");
    }

    /// Those whose size can be chosen, if there are any: one point far off would flatten every line.
    private List<Algorithm> plotted() {
        List<Algorithm> sized = study.algorithms().stream()
                .filter(a -> a != Algorithm.CHARACTERS && a != Algorithm.BYTES)
                .toList();
        return sized.isEmpty() ? study.algorithms() : sized;
    }

    private int style(Algorithm algorithm) {
        return study.algorithms().indexOf(algorithm) % 7;
    }

    private Plot quality() {
        return new Plot(
                "Quality against cost",
                "bits a character by what reading it costs the model; down and left is better",
                "MFLOP a character",
                Plot.Scale.LINEAR,
                figure("%.2f"),
                lines(
                        c -> c.flopsPerCharacter() / 1e6,
                        c -> c.bitsPerCharacter().orElseThrow()));
    }

    private Plot bySize(String title, String note, ToDoubleFunction<Candidate> value, DoubleFunction<String> figure) {
        return new Plot(
                title, note, "tokens in the vocabulary", Plot.Scale.LOGARITHMIC, figure, lines(Candidate::size, value));
    }

    private List<Plot.Line> lines(ToDoubleFunction<Candidate> x, ToDoubleFunction<Candidate> y) {
        List<Plot.Line> lines = new ArrayList<>();
        for (Algorithm algorithm : plotted()) {
            lines.add(new Plot.Line(
                    style(algorithm),
                    findings.candidates().stream()
                            .filter(c -> c.algorithm() == algorithm)
                            .map(c -> new Plot.Point(
                                    x.applyAsDouble(c),
                                    y.applyAsDouble(c),
                                    Recommendation.name(c) + String.format(Locale.ROOT, ": %.4g", y.applyAsDouble(c)),
                                    c.equals(findings.best().candidate())))
                            .toList()));
        }
        return lines;
    }

    private void table(StringBuilder page, boolean measured) {
        page.append("<section><h2>All figures</h2><div class=\"card scroll\"><table><thead><tr><th>vocabulary</th>"
                + "<th>tokens</th><th>coverage</th><th>unknown</th><th>texts<br>returned</th><th>bytes a token</th><th>tokens a word</th>"
                + "<th>table<br>parameters</th><th>tokens<br>a page</th><th>attention<br>MFLOP a page</th>"
                + "<th>model MFLOP<br>a character</th>");
        page.append(measured ? "<th>bits a<br>character</th>" : "").append("</tr></thead><tbody>\n");
        for (Candidate c : findings.candidates()) {
            page.append(c.equals(findings.best().candidate()) ? "<tr class=\"best\">" : "<tr>")
                    .append(String.format(
                            Locale.ROOT,
                            "<td class=\"s%d\"><i></i>%s</td><td>%,d</td><td>%.2f%%</td><td>%.2f%%</td><td>%.1f%%</td><td>%.2f</td>"
                                    + "<td>%.2f</td><td>%,d</td><td>%,d</td><td>%,.0f</td><td>%.1f</td>",
                            style(c.algorithm()),
                            c.algorithm().label(),
                            c.size(),
                            100 * c.coverage(),
                            100 * c.unknownRate(),
                            100 * c.returnRate(),
                            c.compression(),
                            c.tokensPerWord(),
                            c.embeddingParameters(),
                            c.length(),
                            c.attentionFlops() / 1e6,
                            c.flopsPerCharacter() / 1e6));
            if (measured) {
                page.append(String.format(
                        Locale.ROOT, "<td>%.3f</td>", c.bitsPerCharacter().orElseThrow()));
            }
            page.append("</tr>\n");
        }
        page.append("</tbody></table></div></section>\n");
    }

    private void method(StringBuilder page, boolean measured) {
        Study.Meant meant = study.meant();
        page.append("<section><h2>How it was measured</h2><ul>\n");
        item(
                page,
                "Everything but the vocabularies themselves is measured on texts they were not trained on. Coverage: the"
                        + " share of characters, white space aside, that have tokens. Unknown: the share of tokens that"
                        + " stand for what has none. Returned: the share of texts that decoding gives back as they were"
                        + " (once normalized, if a normalizer was asked for).");
        item(
                page,
                String.format(
                        Locale.ROOT,
                        "Costs are those of a decoder of width %,d with %d blocks, its table used for reading and writing,"
                                + " counted and not measured: forward passes over a page of %,d characters. Attention is"
                                + " what tokens spend on each other, which grows with the square of their number.",
                        meant.width(),
                        meant.blocks(),
                        meant.page()));
        if (measured) {
            Proxy proxy = study.proxy();
            item(
                    page,
                    String.format(
                            Locale.ROOT,
                            "The proxy is a decoder of width %d with 2 blocks, trained anew for each vocabulary for %,d"
                                    + " steps on %,d characters each, the same amount of text for all, then asked to"
                                    + " foretell the held-out texts. What it calls unknown must be spelt out: each such"
                                    + " character is charged what its frequency in the training texts says. Seed %d;"
                                    + " another seed moves the figures a little.",
                            proxy.width(),
                            proxy.steps(),
                            proxy.rows() * proxy.window(),
                            study.seed()));
            item(
                    page,
                    "A small model trained briefly favours smaller vocabularies than a large one trained long: each token"
                            + " must be seen often to be learned. Give it more steps if your model will see far more text"
                            + " than this study did.");
        }
        item(
                page,
                "Vocabularies that do not give texts back have dropped something, such as where spaces stood around"
                        + " punctuation, and need not foretell it: their bits a character are a little kind, and the"
                        + " recommendation leaves them out where others are to be had.");
        page.append("</ul></section>\n");
    }

    private static void item(StringBuilder page, String text) {
        page.append("<li>").append(Html.escape(text)).append("</li>\n");
    }

    private static String template() {
        try (InputStream in = StudyPage.class.getResourceAsStream("study.html")) {
            if (in == null) {
                throw new IllegalStateException("study.html is missing from Attend's jar; build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("study.html in Attend's jar cannot be read", e);
        }
    }
}
