package io.assize.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuAddressesTest {
  private static final String LISTING =
      """
      GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-3f2a0000-1111-2222-3333-444455556666)
        MIG 1g.5gb     Device  0: (UUID: MIG-aaaa0000-1111-2222-3333-444455556666)
      GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-99990000-1111-2222-3333-444455556666)
      """;
  private static final String FIRST = "GPU-3f2a0000-1111-2222-3333-444455556666";
  private static final String SECOND = "GPU-99990000-1111-2222-3333-444455556666";
  private static final String MIG = "MIG-aaaa0000-1111-2222-3333-444455556666";

  @ParameterizedTest
  @CsvSource({
    // address, CUDA_VISIBLE_DEVICES, CUDA's number
    "3, , 3",
    "1, '0,1', 1",
    FIRST + ", , 0",
    SECOND + ", , 1",
    SECOND + ", '1,0', 0",
    SECOND + ", '" + SECOND + "', 0",
    SECOND + ", '" + FIRST + " , " + SECOND + "', 1",
    SECOND + ", 'GPU-3f2a,GPU-9999', 1",
    MIG + ", " + MIG + ", 0",
  })
  void anAddressIsTheNumberThatCudaCountsItBy(String address, String visible, int number) {
    assertThat(new GpuAddresses(visible, null, () -> LISTING).number(address)).isEqualTo(number);
  }

  @ParameterizedTest
  @CsvSource({
    SECOND + ", 0, CUDA_VISIBLE_DEVICES does not name it",
    MIG + ", , lists none",
    "GPU-0, , lists none",
    "'', , lists none",
  })
  void whatCannotBeToldIsOneClearLine(String address, String visible, String why) {
    assertThatThrownBy(() -> new GpuAddresses(visible, null, () -> LISTING).number(address))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(why)
        .hasMessageContaining("set CUDA_VISIBLE_DEVICES");
  }

  @Test
  void unlikeGpusAreTrustedInTheBusOrderOnly() {
    String mixed = LISTING.replaceFirst("A100-SXM4-40GB", "T4");
    assertThat(new GpuAddresses(null, "PCI_BUS_ID", () -> mixed).number(SECOND)).isEqualTo(1);
    assertThatThrownBy(() -> new GpuAddresses(null, null, () -> mixed).number(SECOND))
        .hasMessageContaining("an order of its own");
    assertThatThrownBy(() -> new GpuAddresses(null, null, () -> "").number(FIRST))
        .hasMessageContaining("lists none");
  }
}
