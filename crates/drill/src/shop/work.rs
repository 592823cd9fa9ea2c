//! What people do to the shop on ordinary days: commits, settings, flags, and who makes them. None of it does harm.

use evidence::ChangeKind;

/// A change that somebody makes.
#[derive(Debug)]
pub struct Work {
    /// Whose code or setting it is.
    pub service: &'static str,
    /// Its first line.
    pub summary: &'static str,
    /// The file that it touches.
    pub file: &'static str,
    /// The line that goes.
    pub minus: &'static str,
    /// The line that comes.
    pub plus: &'static str,
}

/// A change outside of a release.
#[derive(Debug)]
pub struct Tweak {
    /// What is changed.
    pub kind: ChangeKind,
    /// What the service calls it: a flag's name, a setting's key.
    pub key: &'static str,
    /// What it does.
    pub work: Work,
    /// The line that the service says when it takes the change over.
    pub said: &'static str,
}

/// Who works there. No one of them is ever a cause.
pub const AUTHORS: &[&str] =
    &["ines.moreau", "tobias.ek", "priya.nair", "jonas.albrecht", "mira.kovac", "sam.odonnell"];

const fn commit(
    service: &'static str,
    summary: &'static str,
    file: &'static str,
    minus: &'static str,
    plus: &'static str,
) -> Work {
    Work { service, summary, file, minus, plus }
}

/// What releases are made of.
pub const COMMITS: &[Work] = &[
    commit(
        "shopfront",
        "product page: care tips below the price",
        "pages/plant.tsx",
        "<Price/><Gallery/>",
        "<Price/><CareTips/><Gallery/>",
    ),
    commit(
        "shopfront",
        "lazy-load the footer images",
        "components/Footer.tsx",
        "<img src={logo}>",
        "<img loading=\"lazy\" src={logo}>",
    ),
    commit(
        "shopfront",
        "search: ignore accents",
        "lib/search/normalise.ts",
        "return text.toLowerCase()",
        "return fold(text.toLowerCase())",
    ),
    commit(
        "shopfront",
        "basket icon counts pieces, not lines",
        "components/BasketIcon.tsx",
        "lines.length",
        "sum(lines.map((l) => l.pieces))",
    ),
    commit("shopfront", "bump the test runner", "package.json", "\"vitest\": \"3.1.2\"", "\"vitest\": \"3.1.4\""),
    commit(
        "shopfront",
        "sitemap: leave out sold-out plants",
        "jobs/sitemap.ts",
        "plants.map(url)",
        "plants.filter(inStock).map(url)",
    ),
    commit(
        "shopfront",
        "newsletter sign-up: smaller button on phones",
        "styles/forms.css",
        "padding: 14px 28px;",
        "padding: 10px 20px;",
    ),
    commit("shopfront", "remove the old winter banner", "components/Banner.tsx", "{winter && <Banner/>}", ""),
    commit(
        "shopfront",
        "typed routes for the account pages",
        "lib/routes.ts",
        "export const account = '/account'",
        "export const account = route('/account')",
    ),
    commit("shopfront", "keep the session for 30 days", "lib/session.ts", "const DAYS = 14", "const DAYS = 30"),
    commit(
        "checkout",
        "PlaceOrder: name the step in exceptions",
        "src/main/java/shop/hollyhock/checkout/order/PlaceOrder.java",
        "throw new OrderException(e);",
        "throw new OrderException(\"pay\", e);",
    ),
    commit(
        "checkout",
        "delivery slots for islands",
        "src/main/java/shop/hollyhock/checkout/delivery/Slots.java",
        "return mainland(postcode);",
        "return islands.contains(postcode) ? weekly() : mainland(postcode);",
    ),
    commit(
        "checkout",
        "basket: at most 80 lines",
        "src/main/java/shop/hollyhock/checkout/basket/Basket.java",
        "MAX_LINES = 60",
        "MAX_LINES = 80",
    ),
    commit(
        "checkout",
        "voucher codes are case-insensitive",
        "src/main/java/shop/hollyhock/checkout/basket/Vouchers.java",
        "code.equals(other)",
        "code.equalsIgnoreCase(other)",
    ),
    commit("checkout", "update jackson", "build.gradle.kts", "jackson-databind:2.18.1", "jackson-databind:2.18.3"),
    commit(
        "checkout",
        "test for orders with one free item",
        "src/test/java/shop/hollyhock/checkout/order/FreeItemTest.java",
        "",
        "@Test void freeItemIsShipped() { }",
    ),
    commit(
        "checkout",
        "price list: log hits every half hour",
        "src/main/java/shop/hollyhock/checkout/price/PriceList.java",
        "every(Duration.ofHours(1))",
        "every(Duration.ofMinutes(30))",
    ),
    commit(
        "checkout",
        "show the carrier in the order summary",
        "src/main/java/shop/hollyhock/checkout/order/Summary.java",
        "summary.add(slot);",
        "summary.add(slot).add(carrier);",
    ),
    commit(
        "payments",
        "stored cards: oldest last",
        "payments/cards.py",
        "cards.sort(key=lambda c: c.id)",
        "cards.sort(key=lambda c: c.used_at, reverse=True)",
    ),
    commit(
        "payments",
        "type hints for the settlement job",
        "payments/settlement.py",
        "def settle(day):",
        "def settle(day: date) -> Settlement:",
    ),
    commit(
        "payments",
        "risk: new weights for gift cards",
        "payments/risk/weights.py",
        "GIFT_CARD = 12",
        "GIFT_CARD = 9",
    ),
    commit(
        "payments",
        "refund mails name the last four digits",
        "payments/refunds.py",
        "card=None",
        "card=card.last_four",
    ),
    commit("payments", "pin requests to 2.32.4", "requirements.txt", "requests==2.32.3", "requests==2.32.4"),
    commit(
        "payments",
        "webhook inbox: index on taken_at",
        "migrations/0184_inbox_index.sql",
        "",
        "CREATE INDEX CONCURRENTLY webhook_taken ON webhook_inbox (taken_at);",
    ),
    commit("warehouse", "shorter paths through aisle C", "pick/route.go", "cost := steps", "cost := steps + turns"),
    commit("warehouse", "labels: second printer as fallback", "labels/printer.go", "printers[:1]", "printers[:2]"),
    commit(
        "warehouse",
        "count: skip empty aisles",
        "count/plan.go",
        "for _, a := range aisles {",
        "for _, a := range filled(aisles) {",
    ),
    commit("warehouse", "go 1.24.4", "go.mod", "go 1.24.2", "go 1.24.4"),
    commit(
        "warehouse",
        "carrier table for the new quarter",
        "carrier/zones.csv",
        "gelbpost,zone4,6.90",
        "gelbpost,zone4,7.10",
    ),
    commit(
        "warehouse",
        "reserve: prefer the nearer shelf",
        "reserve/choose.go",
        "sort.Slice(s, byStock)",
        "sort.Slice(s, byDistance)",
    ),
    commit(
        "mailer",
        "new footer with the opening hours",
        "letters/footer.tmpl",
        "Mon-Fri 9-17",
        "Mon-Fri 9-18, Sat 9-13",
    ),
    commit(
        "mailer",
        "retry deferred letters after 20 minutes",
        "queue/retry.go",
        "15 * time.Minute",
        "20 * time.Minute",
    ),
    commit(
        "mailer",
        "plain text part for dispatch notes",
        "letters/dispatch.go",
        "msg.HTML(body)",
        "msg.HTML(body).Text(plain(body))",
    ),
    commit("mailer", "drop the outbox walker, the queue does it", "outbox/walk.go", "go walk(ctx)", ""),
];

const fn tweak(kind: ChangeKind, key: &'static str, said: &'static str, work: Work) -> Tweak {
    Tweak { kind, key, work, said }
}

/// Settings, flags, schemas and dependencies that change nothing that anybody would feel. Each is used at most once.
pub const TWEAKS: &[Tweak] = &[
    tweak(
        ChangeKind::Flag,
        "map-of-stores",
        "shopfront.flipped",
        commit(
            "shopfront",
            "map-of-stores: on for everybody",
            "flags/map-of-stores.yaml",
            "  rollout: 50",
            "  rollout: 100",
        ),
    ),
    tweak(
        ChangeKind::Config,
        "slots.days_ahead",
        "checkout.reloaded",
        commit(
            "checkout",
            "checkout: offer slots 12 days ahead",
            "config/checkout/production.yaml",
            "  days_ahead: 10",
            "  days_ahead: 12",
        ),
    ),
    tweak(
        ChangeKind::Config,
        "webhook_body_days",
        "payments.reloaded",
        commit(
            "payments",
            "payments: keep webhook bodies for 45 days",
            "config/payments/production.yaml",
            "  webhook_body_days: 30",
            "  webhook_body_days: 45",
        ),
    ),
    tweak(
        ChangeKind::Schema,
        "channel",
        "payments-db.altered",
        commit(
            "payments-db",
            "authorisation: column for the sales channel",
            "migrations/0183_channel.sql",
            "",
            "ALTER TABLE authorisation ADD COLUMN channel text;",
        ),
    ),
    tweak(
        ChangeKind::Flag,
        "new-care-guide",
        "shopfront.flipped",
        commit(
            "shopfront",
            "new-care-guide: on for a tenth",
            "flags/new-care-guide.yaml",
            "  rollout: 0",
            "  rollout: 10",
        ),
    ),
    tweak(
        ChangeKind::Config,
        "basket.voucher_max",
        "checkout.reloaded",
        commit(
            "checkout",
            "checkout: vouchers up to 150 EUR",
            "config/checkout/production.yaml",
            "  voucher_max_eur: 100",
            "  voucher_max_eur: 150",
        ),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::{SERVICES, lines};

    #[test]
    fn what_is_deployed_has_work_to_ship_and_tweaks_say_a_line_of_their_own_service() {
        for service in SERVICES.iter().filter(|s| s.deploys_a_day > 0.0) {
            assert!(COMMITS.iter().filter(|w| w.service == service.name).count() >= 4, "{}", service.name);
        }
        TWEAKS.iter().for_each(|t| assert_eq!(lines::of(t.said).service, t.work.service));
    }
}
