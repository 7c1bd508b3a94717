package io.assize.judge.model;

import io.assize.config.UserError;
import io.assize.judge.model.SentencePieceModel.Piece;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code tokenizer.model} of SentencePiece, which is a protocol buffer: its pieces and the few
 * settings that decide how text becomes ids. What is not asked for is passed over; what is not of
 * the type that it must have is refused.
 */
final class SentencePieceFile {
  private static final int MAX_PIECES = 1 << 20;
  private static final int UNIGRAM = 1;
  private static final int BPE = 2;

  private final String where;
  private final List<Piece> pieces = new ArrayList<>();
  private int type = UNIGRAM;
  private boolean byteFallback;
  private int unknown;
  private int begin = 1;
  private int end = 2;
  private boolean suffix;
  private boolean prefix = true;
  private boolean oneSpace = true;
  private boolean marks = true;
  private byte[] charsMap = {};

  private SentencePieceFile(String where) {
    this.where = where;
  }

  /**
   * Reads a file.
   *
   * @param where names it in errors
   */
  static SentencePieceFile of(byte[] bytes, String where) {
    SentencePieceFile file = new SentencePieceFile(where);
    file.fields(ByteBuffer.wrap(bytes), file::model);
    file.check();
    return file;
  }

  SentencePieceModel model() {
    return new SentencePieceModel(
        pieces, type == UNIGRAM, byteFallback, unknown, prefix, oneSpace, charsMap);
  }

  /** The begin token's text, empty where there is none. */
  String begin() {
    return control(begin);
  }

  /** The end token's text, empty where there is none. */
  String end() {
    return control(end);
  }

  private String control(int id) {
    return id >= 0 && id < pieces.size() && pieces.get(id).type() == Piece.CONTROL
        ? pieces.get(id).text()
        : "";
  }

  /** What is done with a field: a number of it, or the bytes of it, stands in the value. */
  @FunctionalInterface
  private interface Field {
    void take(int number, long value, ByteBuffer bytes);
  }

  private void model(int number, long value, ByteBuffer bytes) {
    switch (number) {
      case 1 -> piece(message(bytes));
      case 2 -> fields(message(bytes), this::trainer);
      case 3 -> fields(message(bytes), this::normalizer);
      default -> {}
    }
  }

  private void piece(ByteBuffer message) {
    if (pieces.size() == MAX_PIECES) {
      throw refused("it has more pieces than any tokenizer");
    }
    String[] text = {""};
    float[] score = {0};
    int[] kind = {Piece.NORMAL};
    fields(
        message,
        (number, value, bytes) -> {
          switch (number) {
            case 1 -> text[0] = text(bytes);
            case 2 -> score[0] = Float.intBitsToFloat((int) value);
            case 3 -> kind[0] = (int) value;
            default -> {}
          }
        });
    if (!Float.isFinite(score[0])) {
      throw refused("a piece has a score that is no number");
    }
    pieces.add(new Piece(text[0], score[0], kind[0]));
  }

  private void trainer(int number, long value, ByteBuffer bytes) {
    switch (number) {
      case 3 -> type = (int) value;
      case 24 -> suffix = value != 0;
      case 35 -> byteFallback = value != 0;
      case 40 -> unknown = (int) value;
      case 41 -> begin = (int) value;
      case 42 -> end = (int) value;
      default -> {}
    }
  }

  private void normalizer(int number, long value, ByteBuffer bytes) {
    switch (number) {
      case 2 -> {
        charsMap = new byte[message(bytes).remaining()];
        bytes.get(charsMap);
      }
      case 3 -> prefix = value != 0;
      case 4 -> oneSpace = value != 0;
      case 5 -> marks = value != 0;
      default -> {}
    }
  }

  private void check() {
    if (pieces.isEmpty()) {
      throw refused("it has no pieces");
    }
    if (type != UNIGRAM && type != BPE) {
      throw refused("it is neither of unigrams nor of byte pairs");
    }
    if (suffix || !marks) {
      throw refused("it marks spaces in another way than before a word with ▁");
    }
    if (unknown < 0 || unknown >= pieces.size()) {
      throw refused("its unknown piece is none of its pieces");
    }
  }

  private void fields(ByteBuffer message, Field field) {
    while (message.hasRemaining()) {
      long key = varint(message);
      int number = (int) (key >>> 3);
      switch ((int) (key & 7)) {
        case 0 -> field.take(number, varint(message), null);
        case 1 -> field.take(number, fixed(message, Long.BYTES), null);
        case 2 -> {
          long length = varint(message);
          if (length < 0 || length > message.remaining()) {
            throw refused("it ends in the middle");
          }
          ByteBuffer bytes = message.slice(message.position(), (int) length);
          message.position(message.position() + (int) length);
          field.take(number, 0, bytes);
        }
        case 5 -> field.take(number, fixed(message, Integer.BYTES), null);
        default -> throw refused("it is no SentencePiece model");
      }
    }
  }

  private long varint(ByteBuffer message) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (!message.hasRemaining()) {
        throw refused("it ends in the middle");
      }
      byte next = message.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw refused("it is no SentencePiece model");
  }

  private long fixed(ByteBuffer message, int bytes) {
    if (message.remaining() < bytes) {
      throw refused("it ends in the middle");
    }
    message.order(ByteOrder.LITTLE_ENDIAN);
    return bytes == Integer.BYTES ? message.getInt() : message.getLong();
  }

  private ByteBuffer message(ByteBuffer bytes) {
    if (bytes == null) {
      throw refused("it is no SentencePiece model");
    }
    return bytes;
  }

  private String text(ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(message(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw refused("a piece is no UTF-8");
    }
  }

  private UserError refused(String why) {
    return UserError.configuration("%s cannot be read: %s: fetch it again", where, why);
  }
}
