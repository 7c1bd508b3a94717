package io.assize.prompt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/** Python's arithmetic on whole numbers (bounded), floats and booleans. */
final class Numbers {
  private Numbers() {}

  /** Booleans as whole numbers; null for what is neither. */
  static BigInteger whole(Object value) {
    if (value instanceof Boolean b) {
      return b ? BigInteger.ONE : BigInteger.ZERO;
    }
    return value instanceof BigInteger bigInteger ? bigInteger : null;
  }

  /** Any number as a float. */
  static double real(Object value) {
    if (value instanceof Double d) {
      return d;
    }
    double real = whole(value).doubleValue();
    if (Double.isInfinite(real)) {
      throw new TemplateException("int too large to convert to float");
    }
    return real;
  }

  static boolean isNan(Object value) {
    return value instanceof Double d && d.isNaN();
  }

  static boolean equal(Object a, Object b) {
    return !isNan(a) && !isNan(b) && compare(a, b) == 0;
  }

  static int compare(Object a, Object b) {
    BigInteger left = whole(a);
    BigInteger right = whole(b);
    if (left != null && right != null) {
      return left.compareTo(right);
    }
    if (isEndless(a) || isEndless(b)) {
      return Double.compare(rough(a), rough(b));
    }
    return exact(a).compareTo(exact(b));
  }

  private static boolean isEndless(Object value) {
    return value instanceof Double d && !Double.isFinite(d);
  }

  private static double rough(Object value) {
    return value instanceof Double d ? d : whole(value).signum();
  }

  private static BigDecimal exact(Object value) {
    return value instanceof Double d ? new BigDecimal(d) : new BigDecimal(whole(value));
  }

  /** A whole number as Java's int, cut to its range. */
  static int clamped(Object value) {
    BigInteger number = whole(value);
    if (number == null) {
      Comparing.refuseUndefined(value);
      throw new TemplateException(
          "'%s' object cannot be interpreted as an integer", Types.name(value));
    }
    return number.bitLength() < 32
        ? number.intValue()
        : number.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
  }

  static Object negative(Object value) {
    Comparing.refuseUndefined(value);
    if (value instanceof Double d) {
      return -d;
    }
    return unary(value, "-").negate();
  }

  static Object positive(Object value) {
    Comparing.refuseUndefined(value);
    return value instanceof Double ? value : unary(value, "+");
  }

  private static BigInteger unary(Object value, String operator) {
    BigInteger number = whole(value);
    if (number == null) {
      throw new TemplateException(
          "bad operand type for unary %s: '%s'", operator, Types.name(value));
    }
    return number;
  }

  /** The result of an operator on two numbers. */
  static Object operate(String operator, Object a, Object b) {
    BigInteger left = whole(a);
    BigInteger right = whole(b);
    if (left == null || right == null) {
      return onReals(operator, real(a), real(b));
    }
    return switch (operator) {
      case "+" -> bounded(left.add(right));
      case "-" -> bounded(left.subtract(right));
      case "*" -> bounded(left.multiply(right));
      case "/" -> quotient(left, right);
      case "//" -> floorDivide(left, right);
      case "%" -> left.subtract(floorDivide(left, right).multiply(right));
      default -> power(left, right);
    };
  }

  private static BigInteger bounded(BigInteger number) {
    if (number.bitLength() > Limits.NUMBER_BITS) {
      throw new TemplateException("a number has more than %d bits", Limits.NUMBER_BITS);
    }
    return number;
  }

  private static Object quotient(BigInteger a, BigInteger b) {
    refuseZero(b.signum() == 0);
    double quotient =
        a.bitLength() <= 53 && b.bitLength() <= 53
            ? a.doubleValue() / b.doubleValue()
            : new BigDecimal(a).divide(new BigDecimal(b), new MathContext(60)).doubleValue();
    if (Double.isInfinite(quotient)) {
      throw new TemplateException("integer division result too large for a float");
    }
    return quotient;
  }

  private static BigInteger floorDivide(BigInteger a, BigInteger b) {
    refuseZero(b.signum() == 0);
    BigInteger[] parts = a.divideAndRemainder(b);
    return parts[1].signum() != 0 && parts[1].signum() != b.signum()
        ? parts[0].subtract(BigInteger.ONE)
        : parts[0];
  }

  private static Object power(BigInteger base, BigInteger exponent) {
    if (exponent.signum() < 0) {
      refuseZero(base.signum() == 0);
      return onReals("**", real(base), real(exponent));
    }
    if (base.abs().bitLength() <= 1) {
      boolean odd = exponent.testBit(0);
      return exponent.signum() == 0 || (base.signum() < 0 && !odd) ? BigInteger.ONE : base;
    }
    if (exponent.bitLength() > 13
        || (long) (base.bitLength() - 1) * exponent.intValue() > Limits.NUMBER_BITS) {
      throw new TemplateException("a number has more than %d bits", Limits.NUMBER_BITS);
    }
    return bounded(base.pow(exponent.intValue()));
  }

  private static Object onReals(String operator, double a, double b) {
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> {
        refuseZero(b == 0);
        yield a / b;
      }
      case "//" -> {
        refuseZero(b == 0);
        yield (a - modulo(a, b)) / b == 0 ? Math.copySign(0.0, a / b) : floorQuotient(a, b);
      }
      case "%" -> {
        refuseZero(b == 0);
        yield modulo(a, b);
      }
      default -> power(a, b);
    };
  }

  private static double modulo(double a, double b) {
    double rest = a % b;
    if (rest == 0) {
      return Math.copySign(0.0, b);
    }
    return rest < 0 != b < 0 ? rest + b : rest;
  }

  private static double floorQuotient(double a, double b) {
    double quotient = (a - modulo(a, b)) / b;
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  private static double power(double a, double b) {
    refuseZero(a == 0 && b < 0);
    if (a == 1 || b == 0) {
      return 1;
    }
    double power = Math.pow(a, b);
    if (Double.isNaN(power) && !Double.isNaN(a) && !Double.isNaN(b)) {
      throw new TemplateException("a power that is no real number");
    }
    if (Double.isInfinite(power) && Double.isFinite(a) && Double.isFinite(b)) {
      throw new TemplateException("a power that is too large");
    }
    return power;
  }

  private static void refuseZero(boolean zero) {
    if (zero) {
      throw new TemplateException("division by zero");
    }
  }

  /** A float without its fraction. */
  static BigInteger truncated(Object real) {
    double value = (Double) real;
    if (!Double.isFinite(value)) {
      throw new TemplateException("cannot convert float %s to integer", Printing.real(value));
    }
    return new BigDecimal(value).toBigInteger();
  }
}
