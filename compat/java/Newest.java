import com.stripe.StripeClient;
import com.stripe.model.Customer;
import com.stripe.model.Subscription;
import com.stripe.param.CustomerListParams;
import com.stripe.param.PriceCreateParams;
import java.util.ArrayList;
import java.util.List;

/** The story, and what only the newest SDK and its API version have. */
final class Newest {
  private Newest() {}

  public static void main(String[] arguments) {
    Story.tell();
    Checks.check("the period of an item, and no bill before usage", Newest::periods);
    Checks.check("the services under v1() page, too", Newest::pages);
    Checks.end();
  }

  static void periods() throws Exception {
    Story.World world = new Story.World("periods");
    Subscription subscription =
        world.subscribe(
            world.metered(world.tiered(PriceCreateParams.TiersMode.GRADUATED)));
    Checks.equal(
        subscription.getItems().getData().get(0).getCurrentPeriodEnd(), Story.at("2024-11-01"));
    Checks.equal(subscription.getLatestInvoice(), null);
  }

  static void pages() throws Exception {
    StripeClient client = Story.clientOf(Story.newKey());
    List<String> made = Story.makeCustomers(client, 12);
    List<String> seen = new ArrayList<>();
    CustomerListParams five = CustomerListParams.builder().setLimit(5L).build();
    for (Customer customer : client.v1().customers().list(five).autoPagingIterable()) {
      seen.add(customer.getId());
    }
    Checks.equal(seen, Story.reversed(made));
  }
}
