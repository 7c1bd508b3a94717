package io.assize.judge.generate;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Scores of chats, each computed once while it is kept: a baseline's response stands in as many
 * pairs as it has opponents. The last {@value #MOST} asked for are kept, by their tokens' sha-256.
 * Any thread may ask.
 */
final class KeptScores {
  /** Some megabytes. */
  static final int MOST = 1 << 14;

  private final Function<long[], CompletableFuture<Double>> compute;

  private final Map<ByteBuffer, Asked> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Asked> eldest) {
          return size() > MOST;
        }
      };

  /** A score, and how many have asked for it and not gone away. */
  private static final class Asked {
    final CompletableFuture<Double> score;
    int waiting;

    Asked(CompletableFuture<Double> score) {
      this.score = score;
    }
  }

  /**
   * Makes one that keeps nothing yet.
   *
   * @param compute the score of a chat's tokens; cancelling it stops the computation
   */
  KeptScores(Function<long[], CompletableFuture<Double>> compute) {
    this.compute = compute;
  }

  /**
   * The score of a chat's tokens; one that failed is computed anew. The future is the caller's own:
   * the computation is cancelled where all who wait have cancelled theirs.
   */
  CompletableFuture<Double> of(long[] chat) {
    ByteBuffer key = sum(chat);
    Asked asked;
    synchronized (kept) {
      asked = kept.get(key);
      if (asked == null || asked.score.isCompletedExceptionally()) {
        asked = new Asked(compute.apply(chat));
        kept.put(key, asked);
      }
      asked.waiting++;
    }
    CompletableFuture<Double> own = asked.score.copy();
    Asked shared = asked;
    own.whenComplete(
        (score, failure) -> {
          if (own.isCancelled()) {
            leave(shared);
          }
        });
    return own;
  }

  private void leave(Asked asked) {
    synchronized (kept) {
      asked.waiting--;
      if (asked.waiting == 0) {
        asked.score.cancel(false);
      }
    }
  }

  private static ByteBuffer sum(long[] chat) {
    ByteBuffer bytes = ByteBuffer.allocate(chat.length * Long.BYTES);
    bytes.asLongBuffer().put(chat);
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
