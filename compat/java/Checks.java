import java.util.Objects;

/** The few words of a test framework that the story needs. */
final class Checks {
  interface Check {
    void run() throws Exception;
  }

  interface Call {
    Object run() throws Exception;
  }

  private static boolean failed = false;

  private Checks() {}

  static void check(String sentence, Check check) {
    try {
      check.run();
      System.out.println("ok - " + sentence);
    } catch (Exception | AssertionError problem) {
      failed = true;
      System.out.println("FAILED - " + sentence);
      problem.printStackTrace(System.out);
    }
  }

  static void equal(Object got, Object wanted) {
    if (!Objects.equals(got, wanted)) {
      throw new AssertionError("got " + got + ", wanted " + wanted);
    }
  }

  static <E extends Exception> E refused(Class<E> kind, Call call) {
    Object answer;
    try {
      answer = call.run();
    } catch (Exception refusal) {
      if (kind.isInstance(refusal)) return kind.cast(refusal);
      throw new AssertionError("refused otherwise than by " + kind.getSimpleName(), refusal);
    }
    throw new AssertionError("should have been refused, but answered " + answer);
  }

  static void end() {
    System.exit(failed ? 1 : 0);
  }
}
