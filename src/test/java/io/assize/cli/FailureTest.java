package io.assize.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

/** One line and an exit code for whatever is thrown. */
class FailureTest {
  @Test
  void whatTheUserCanMendIsFoundAtAnyDepth() {
    UserError mistake = UserError.configuration("assize.x is wrong");
    Throwable wrapped =
        new RuntimeException(new SparkException("Job aborted", new IOException(mistake)));
    assertThat(Failure.of(wrapped)).isEqualTo(new Failure("assize.x is wrong", 2, false));
    assertThat(Failure.of(new SparkException("x", UserError.failure("the disk is gone"))))
        .isEqualTo(new Failure("the disk is gone", 1, false));
  }

  @Test
  void whatAnExecutorSaidAsTextIsFoundInIt() {
    Throwable carried =
        new SparkException(
            "Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times (host executor 1):"
                + " io.assize.config.UserError: the model is gone: copy it\n\tat io.assize.X.y(X.java)");
    assertThat(Failure.of(carried)).isEqualTo(new Failure("the model is gone: copy it", 1, false));
  }

  @Test
  void memoryDisksRightsAndClassesAreNoBugs() {
    assertThat(Failure.of(new OutOfMemoryError("Java heap space")).line()).contains("-Xmx8g");
    assertThat(
            Failure.of(
                    new SparkException(
                        "Task 1 failed: java.lang.OutOfMemoryError: Java heap space"))
                .line())
        .contains("--executor-memory");
    assertThat(Failure.of(new IOException(new IOException("No space left on device"))).line())
        .contains("make room");
    assertThat(Failure.of(new RuntimeException(new AccessDeniedException("/root/x"))).exitCode())
        .isEqualTo(2);
    assertThat(Failure.of(new NoClassDefFoundError("scala/Gone")).line()).contains("Scala 2.12");
    assertThat(Failure.of(new StackOverflowError()).line()).contains("nested too deeply");
  }

  @Test
  void everythingElseIsABugNamedByItsRoot() {
    Failure bug = Failure.of(new SparkException("outer", new IllegalStateException("in\nner")));
    assertThat(bug)
        .isEqualTo(
            new Failure(
                "failed with java.lang.IllegalStateException: in: this looks like a bug", 1, true));
  }

  @Test
  void aChainOfCausesThatBitesItsTailEnds() {
    Exception one = new Exception("one");
    Exception two = new Exception("two", one);
    one.initCause(two);
    assertThat(Failure.of(one).bug()).isTrue();
  }
}
