package io.assize.judge.djl;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests that are run once more on each weaker set of kernels that this machine has, in JVMs whose
 * environment holds the libraries back (pom.xml); skipped there where the first run was on it.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(HeldKernels.Wanted.class)
@interface HeldKernels {

  /** Whether this JVM computes with the kernels that the build wants it to. */
  final class Wanted implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      String wanted = System.getProperty("assize.test.kernels");
      KernelSet has = KernelSet.used("cpu");
      if (wanted == null) {
        return ConditionEvaluationResult.enabled("on all that the processor has: " + has.text());
      }
      boolean weaker = KernelSet.ofProcessor().compareTo(has) > 0;
      return weaker && has.text().equals(wanted)
          ? ConditionEvaluationResult.enabled("held back to " + wanted)
          : ConditionEvaluationResult.disabled(
              "the processor has " + KernelSet.ofProcessor().text() + ", nothing above " + wanted);
    }
  }
}
