package io.assize.corpus;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** What may be made of a column's type without a loss. */
final class Types {
  private Types() {}

  /** Whether its values are the same as texts. */
  static boolean isText(DataType type) {
    return type instanceof StringType
        || type instanceof BinaryType
        || type instanceof BooleanType
        || isWhole(type);
  }

  static boolean isWhole(DataType type) {
    return type instanceof ByteType
        || type instanceof ShortType
        || type instanceof IntegerType
        || type instanceof LongType
        || (type instanceof DecimalType decimal && decimal.scale() == 0);
  }

  static boolean isNumber(DataType type) {
    return type instanceof NumericType;
  }

  static boolean isNested(DataType type) {
    return type instanceof StructType || type instanceof ArrayType || type instanceof MapType;
  }

  /** A type that holds both; null where only texts do. */
  static DataType both(DataType a, DataType b) {
    if (a.equals(b)) {
      return a;
    }
    boolean whole = isWhole(a) && isWhole(b);
    if (whole && !(a instanceof DecimalType) && !(b instanceof DecimalType)) {
      return DataTypes.LongType;
    }
    boolean floats = a.simpleString().equals("float") || b.simpleString().equals("float");
    boolean doubles = a.equals(DataTypes.DoubleType) || b.equals(DataTypes.DoubleType);
    return floats && doubles ? DataTypes.DoubleType : null;
  }

  /** Whether a struct somewhere in it has names that differ in case only. */
  static boolean ambiguous(DataType type) {
    if (type instanceof StructType struct) {
      Set<String> names = new HashSet<>();
      for (StructField field : struct.fields()) {
        if (!names.add(folded(field.name())) || ambiguous(field.dataType())) {
          return true;
        }
      }
      return false;
    }
    if (type instanceof ArrayType array) {
      return ambiguous(array.elementType());
    }
    return type instanceof MapType map && (ambiguous(map.keyType()) || ambiguous(map.valueType()));
  }

  /** Whether a map is somewhere in it: Spark cannot hash it. */
  static boolean holdsMap(DataType type) {
    if (type instanceof StructType struct) {
      for (StructField field : struct.fields()) {
        if (holdsMap(field.dataType())) {
          return true;
        }
      }
      return false;
    }
    return type instanceof MapType
        || (type instanceof ArrayType array && holdsMap(array.elementType()));
  }

  /**
   * The names that differ from an earlier one in case only, with that one; of a used name and
   * others like it the used one is the first, and no used one is among the result.
   */
  static Map<String, String> alike(Collection<String> names, Set<String> used) {
    Map<String, String> first = new HashMap<>();
    names.stream().filter(used::contains).forEach(name -> first.putIfAbsent(folded(name), name));
    Map<String, String> alike = new TreeMap<>();
    for (String name : names) {
      String earlier = first.putIfAbsent(folded(name), name);
      if (earlier != null && !used.contains(name)) {
        alike.put(name, "like " + earlier + " but for its case");
      }
    }
    return alike;
  }

  /** A name as it is where case does not count. */
  static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
