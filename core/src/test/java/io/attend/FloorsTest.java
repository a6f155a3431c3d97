package io.attend;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/// The house has floors: a package may import only what stands above it in the list. Packages in one row do not
/// know each other, so there are no cycles either.
class FloorsTest {
    private static final String[][] FLOORS = {
        {"value", "tokenizer"}, // leaves: what a variant is; text to ids, a module of its own
        {"tensor"}, // the only one that knows the engine
        {"checkpoint", "mask", "state"},
        {"checkpoint.gguf", "hub"},
        {"layer"},
        {"activation", "norm", "position", "router", "scan", "score"},
        {"attention", "convolution", "feedforward", "recurrence"},
        {"embedding"},
        {"head"},
        {"architecture"},
        {"model"},
        {"cost", "huggingface"},
        {"data", "metric", "optimizer", "schedule"},
        {"generation"},
        {"objective"},
        {"verify"},
        {"training.report"},
        {"vocabulary"},
        {"training"},
        {"task"},
        {"measure"},
        {"inspect"},
        {""}, // io.attend itself: the front door
    };

    /// Imports that go down today, each with its way out. None may join them, and one that is gone must leave
    /// the list.
    private static final Map<String, String> DEBTS = Map.of(
            "training -> inspect",
            "RunReport prints inspect.Tree while Catalogue lists training.Recipe: Tree belongs beside Costs");

    private static final JavaClasses CLASSES = classes();

    private static JavaClasses classes() {
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false); // the engine's classes are many
        return new ClassFileImporter()
                .importUrl(Attend.class.getProtectionDomain().getCodeSource().getLocation());
    }

    @Test
    void aPackageImportsOnlyWhatStandsAboveIt() {
        Set<String> wrong = new TreeSet<>();
        Set<String> debts = new TreeSet<>();
        for (JavaClass one : CLASSES) {
            for (Dependency dependency : one.getDirectDependenciesFromSelf()) {
                JavaClass other = dependency.getTargetClass().getBaseComponentType();
                String from = floor(one);
                String to = other.getPackageName().startsWith("io.attend") ? floor(other) : from;
                if (!from.equals(to) && row(to) >= row(from)) {
                    String arrow = from + " -> " + to;
                    if (DEBTS.containsKey(arrow)) {
                        debts.add(arrow);
                    } else {
                        wrong.add(arrow + ": " + dependency.getDescription());
                    }
                }
            }
        }
        assertThat(wrong).as("imports of packages that do not stand above").isEmpty();
        assertThat(debts).as("debts that still stand").isEqualTo(DEBTS.keySet());
    }

    private static String floor(JavaClass type) {
        String name = type.getPackageName();
        String below = name.equals("io.attend") ? "" : name.substring("io.attend.".length());
        return below.startsWith("tokenizer") ? "tokenizer" : below;
    }

    private static int row(String floor) {
        for (int row = 0; row < FLOORS.length; row++) {
            if (Set.of(FLOORS[row]).contains(floor)) {
                return row;
            }
        }
        throw new AssertionError("package io.attend." + floor + " has no floor: add it to the list in FloorsTest");
    }

    @Test
    void onlyTensorKnowsTheEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.attend.tensor")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .because("the engine is replaced in one package, or not at all")
                .check(CLASSES);
    }

    @Test
    void onlyTheKernelCallsTheFusedAttention() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.attend.attention.AttentionKernel")
                .and()
                .resideOutsideOfPackage("io.attend.tensor")
                .should()
                .callMethodWhere(JavaCall.Predicates.target(HasName.Predicates.name("scaledDotProductAttention")))
                .because("the fused kernel has traps, and AttentionKernel knows them")
                .check(CLASSES);
    }

    @Test
    void namesSayWhatThingsAre() {
        noClasses()
                .should()
                .haveNameMatching(".*\\.(Abstract[A-Z]\\w*|\\w*(Impl|Utils?|Helpers?|Manager))(\\$.*)?")
                .check(CLASSES);
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .should()
                .haveNameNotMatching("(get|set)[A-Z].*")
                .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        Map<String, Boolean> marked = new TreeMap<>();
        for (JavaClass type : CLASSES) {
            JavaPackage home = type.getPackage();
            marked.put(home.getName(), home.isAnnotatedWith(NullMarked.class));
        }
        assertThat(marked).doesNotContainValue(false);
    }
}
