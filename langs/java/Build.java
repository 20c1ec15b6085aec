import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Builds a service in Java: {@code java Build.java SOURCE OUTPUT SUPPORT DEPENDENCIES}.
 *
 * <p>OUTPUT becomes a folder of classes, ours among them. The file arguments in it is for java: its flags, and the name
 * of the first class of the source that has a main method, whatever the file is called. Other classes come from files
 * of their names in the source's folder. The dependencies are one rule of a makefile. The exit status is 1 when the
 * source does not compile, and 127 when there is no compiler.
 */
public final class Build implements TaskListener {
    /** Text is UTF-8 in every locale, up to Java 17 too; and nothing is left in /tmp by a process that is killed. */
    private static final String FLAGS = "-Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8"
            + " -Dsun.stdout.encoding=UTF-8 -Dsun.stderr.encoding=UTF-8 -XX:-UsePerfData";

    private final Path source;
    private final Set<Path> read = new TreeSet<>();
    private String main;

    private Build(Path source) {
        this.source = source;
    }

    public static void main(String[] words) throws IOException {
        Path output = Path.of(words[1]);
        Build build = new Build(Path.of(words[0]));
        Files.createDirectories(output);
        boolean compiled = build.compile(output, Path.of(words[2], "Hook.java"));
        Files.writeString(Path.of(words[3]), build.dependencies());
        if (!compiled) System.exit(1);
        if (build.main == null) {
            System.err.println(build.source + ": error: no class has a main method");
            System.exit(1);
        }
        Files.writeString(output.resolve("arguments"), FLAGS + " " + build.main + "\n");
    }

    private boolean compile(Path output, Path hook) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            System.err.println("Java needs its compiler: apt-get install default-jdk-headless");
            System.exit(127);
        }
        StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
        // Texts joined inline start faster than by the way that only pays in programs that live long.
        List<String> options = List.of("-d", output.toString(), "-encoding", "UTF-8", "-g", "-proc:none",
                "-XDstringConcat=inline", "-implicit:class", "-sourcepath", source.getParent().toString());
        JavacTask task = (JavacTask) compiler.getTask(
                null, files, null, options, null, files.getJavaFileObjects(source.toFile(), hook.toFile()));
        task.addTaskListener(this);
        return task.call();
    }

    @Override
    public void finished(TaskEvent event) {
        if (event.getKind() != TaskEvent.Kind.PARSE) return;
        Path file = Path.of(event.getSourceFile().getName());
        read.add(file);
        if (file.equals(source)) main = mainClass(event.getCompilationUnit());
    }

    private static String mainClass(CompilationUnitTree unit) {
        String folder = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
        for (Tree type : unit.getTypeDecls()) {
            if (!(type instanceof ClassTree)) continue;
            for (Tree member : ((ClassTree) type).getMembers()) {
                if (member instanceof MethodTree && ((MethodTree) member).getName().contentEquals("main")) {
                    return folder + ((ClassTree) type).getSimpleName();
                }
            }
        }
        return null;
    }

    private String dependencies() {
        String names = read.stream()
                .map(path -> " " + path.toString().replaceAll("[ #]", "\\\\$0").replace("$", "$$"))
                .collect(Collectors.joining());
        return "service:" + names + "\n";
    }
}
