package io.attend.tokenizer.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.attend.tokenizer.SharedData;
import io.attend.tokenizer.Tokenizer;
import io.attend.tokenizer.TokenizerException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
    private static final List<Message> TALK = List.of(
            new Message("system", "Be brief."),
            new Message("user", "Hi "),
            new Message("assistant", "Hello."),
            new Message("user", "Bye"));

    @Test
    void chatMl() {
        String template = """
            {% for message in messages %}
            {{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}
            {%- endfor %}
            {% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
            """;
        assertThat(ChatTemplate.of(template).render(TALK.subList(0, 2), true, Map.of()))
                .isEqualTo("""
                        <|im_start|>system
                        Be brief.<|im_end|>
                        <|im_start|>user
                        Hi <|im_end|>
                        <|im_start|>assistant
                        """);
    }

    @Test
    void llama3() {
        String template = "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content ="
                + " '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n"
                + "'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content ="
                + " bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{"
                + " '<|start_header_id|>assistant<|end_header_id|>\n\n"
                + "' }}{% endif %}";
        assertThat(ChatTemplate.of(template).render(TALK.subList(1, 2), true, Map.of("bos_token", "<|begin_of_text|>")))
                .isEqualTo("<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    /// With a system message taken out of the list by slicing, alternation checked, and an exception where it
    /// fails.
    @Test
    void mistral() {
        String template = "{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content'] %}"
                + "{%- set loop_messages = messages[1:] %}{%- else %}{%- set loop_messages = messages %}{%- endif %}"
                + "{{- bos_token }}{%- for message in loop_messages %}"
                + "{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
                + "{{- raise_exception('roles must alternate') }}{%- endif %}"
                + "{%- if message['role'] == 'user' %}{%- if loop.last and system_message is defined %}"
                + "{{- '[INST] ' + system_message + '\\n\\n' + message['content'] + '[/INST]' }}"
                + "{%- else %}{{- '[INST] ' + message['content'] + '[/INST]' }}{%- endif %}"
                + "{%- elif message['role'] == 'assistant' %}{{- ' ' + message['content'] + eos_token }}{%- endif %}"
                + "{%- endfor %}";
        Map<String, String> tokens = Map.of("bos_token", "<s>", "eos_token", "</s>");
        ChatTemplate parsed = ChatTemplate.of(template);
        assertThat(parsed.render(TALK, false, tokens))
                .isEqualTo("<s>[INST] Hi [/INST] Hello.</s>[INST] Be brief.\n\nBye[/INST]");
        assertThatThrownBy(() -> parsed.render(TALK.subList(2, 4), false, tokens))
                .isInstanceOf(TokenizerException.class)
                .hasMessage("chat template: roles must alternate");
    }

    @Test
    void phi3FromItsGguf() {
        Tokenizer tokenizer = Tokenizer.load(SharedData.file("tokenizers/ggml-vocab-phi-3.gguf"));
        assertThat(tokenizer.chat(TALK.subList(1, 3), true))
                .isEqualTo("<s><|user|>\nHi <|end|>\n<|assistant|>\nHello.<|end|>\n");
    }

    /// Expected values are what Jinja and Python give by their documentation.
    @ParameterizedTest
    @CsvSource(
            delimiter = '¦',
            quoteCharacter = '`',
            value = {
                "{{ 7 // 2 }} {{ 7 / 2 }} {{ -7 % 3 }} {{ 2 ** 10 }}¦3 3.5 2 1024",
                "{{ 1 < 2 < 3 }} {{ 3 < 2 or 'x' }} {{ not [] }}¦True x True",
                "{{ 'a' in 'cat' }} {{ 4 not in [1, 2] }}¦True True",
                "{{ 'yes' if 1 else 'no' }}{{ 'x' if false }}¦yes",
                "{{ [3, 1, 2] | sort | join('-') }}¦1-2-3",
                "{{ 'abc'[1] }}{{ 'abc'[-1] }}{{ 'abcdef'[1:5:2] }}{{ 'abc'[::-1] }}¦bcbdcba",
                "{{ {'a': 1, 'b': [true, none]} | tojson }}¦{\"a\": 1, \"b\": [true, null]}",
                "{{ missing | default('d') }}{{ missing is defined }}¦dFalse",
                "{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}¦6",
                "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }}{{ ',' if not loop.last }}{% endfor"
                        + " %}¦a=1,b=2",
                "{% for i in range(5) if i is odd %}{{ loop.index }}{{ i }} {% endfor %}¦`11 23 `",
                "{% for i in [] %}x{% else %}none{% endfor %}¦none",
                "{% for i in range(9) %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif"
                        + " %}{{ i }}{% endfor %}¦013",
                "{% macro f(a, b='!') %}<{{ a }}{{ b }}>{% endmacro %}{{ f('x') }}{{ f('y', b='?') }}¦<x!><y?>",
                "{% set x %}a{{ 1 + 1 }}{% endset %}{{ x | upper }}¦A2",
                "{{ ' a b '.strip().split(' ') | length }}¦2",
                "{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list }}¦['Hi', 'Yo']",
                "{{ 'x' ~ 1 ~ true }}{# a comment #}¦x1True",
                "{{ '<|a|>' | replace('|', '') | title }}¦<A>",
                "a  {%- if true -%}  b  {%- endif -%}  c¦abc",
            })
    void expressions(String template, String expected) {
        List<Map<String, String>> messages = List.of(
                Map.of("role", "user", "content", "Hi"),
                Map.of("role", "bot", "content", "No"),
                Map.of("role", "user", "content", "Yo"));
        assertThat(ChatTemplate.of(template).render(Map.of("messages", messages)))
                .isEqualTo(expected);
    }

    @Test
    void blocksTakeTheirLineBreakAndIndent() {
        String template = "a\n  {% if true %}\n  b\n  {% endif %}\nc\n{{ 1 }}\nd\n";
        assertThat(ChatTemplate.of(template).render(Map.of())).isEqualTo("a\n  b\nc\n1\nd");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ x",
                "{% if x %}",
                "{% for %}{% endfor %}",
                "{% unknown %}",
                "{{ 'a }}",
                "{{ a b }}",
                "{{ [1, }}",
                "{% endif %}",
                "{# never",
            })
    void whatIsNotUnderstoodIsRefused(String template) {
        assertThatThrownBy(() -> ChatTemplate.of(template))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("line 1, column");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{{ 'aaaaaaaaaa' * 999999999 }}",
                "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{{ range(999999999) }}",
                "{{ 1 // 0 }}",
                "{{ ''.__class__.__mro__ }}{{ ''.__class__() }}",
            })
    void hostileTemplatesEnd(String template) {
        assertThatThrownBy(() -> ChatTemplate.of(template).render(Map.of())).isInstanceOf(TokenizerException.class);
    }
}
