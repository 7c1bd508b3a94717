package io.assize.prompt;

import java.util.ArrayList;
import java.util.List;

/** The chats that a request for scores stands for: one for each response, its last turn. */
public final class ScoredChats {
  private ScoredChats() {}

  /**
   * The chats of a request.
   *
   * @param messages what is asked, then each response as the assistant's, as {@link PromptTemplate}
   *     makes them
   */
  public static List<List<ChatMessage>> of(List<ChatMessage> messages) {
    int asked = 0;
    while (asked < messages.size() && !messages.get(asked).role().equals("assistant")) {
      asked++;
    }
    List<List<ChatMessage>> chats = new ArrayList<>();
    for (ChatMessage response : messages.subList(asked, messages.size())) {
      List<ChatMessage> chat = new ArrayList<>(messages.subList(0, asked));
      chat.add(response);
      chats.add(List.copyOf(chat));
    }
    return List.copyOf(chats);
  }
}
