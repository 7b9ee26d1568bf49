import tourUtils from "@sale/js/tours/tour_utils";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

function openMenu(section, item) {
    return [
        ...stepUtils.goToAppSteps("order_cycle.menu_root", "Open Order Cycle"),
        {
            content: "Open the section of the menu",
            trigger: `button[data-menu-xmlid="order_cycle.${section}"]`,
            run: "click",
        },
        {
            content: "Choose the item",
            trigger: `.o-dropdown-item[data-menu-xmlid="order_cycle.${item}"]`,
            run: "click",
        },
    ];
}

function openOrderFromBoard(customer) {
    return [
        ...openMenu("menu_orders", "menu_orders_all"),
        {
            content: `Open the order of ${customer} from the board`,
            trigger: `.o_kanban_view .o_kanban_record:contains("${customer}")`,
            run: "click",
        },
        {
            content: "Wait for the order",
            trigger: `.o_sale_order .o_field_widget[name="partner_id"]:contains("${customer}")`,
        },
    ];
}

/** Every track shows its state in words. */
function seeTracks(states) {
    return Object.entries(states).map(([track, state]) => ({
        content: `The track ${track} says ${state}`,
        trigger: `.o_cycle_track[name="cycle_track_${track}"] .badge:contains("${state}")`,
    }));
}

function seeStage(stage) {
    return {
        content: `The stage is ${stage}`,
        trigger: `.o_field_widget[name="cycle_stage"]:contains("${stage}")`,
    };
}

registry.category("web_tour.tours").add("order_cycle_take_phone_order", {
    steps: () => [
        ...openMenu("menu_orders", "menu_orders_phone"),
        {
            content: "The channel is chosen already",
            trigger: `.o_field_widget[name="cycle_channel_id"] input:value("Phone and e-mail")`,
        },
        {
            content: "Nothing is shown of an order that is not taken yet",
            trigger: ".o_sale_order:not(:has(.o_cycle_tracks))",
        },
        ...tourUtils.selectCustomer("Bar Sport"),
        ...tourUtils.addProduct("Olive Soap"),
        {
            content: "Wait for the product's price",
            trigger: `.o_data_row [name="price_subtotal"]:contains("4.00")`,
        },
        ...tourUtils.clickSomewhereElse(),
        ...stepUtils.saveForm(),
        {
            content: "Take the order",
            trigger: `button[name="action_take_order"]`,
            run: "click",
        },
        {
            content: "It can be taken once only",
            trigger: `.o_sale_order:not(:has(button[name="action_take_order"]))`,
        },
        ...seeTracks({
            order: "Captured",
            stock: "Waiting",
            accounts: "Not invoiced",
            delivery: "No carrier",
        }),
        seeStage("To Confirm"),
    ],
});

registry.category("web_tour.tours").add("order_cycle_follow_order", {
    steps: () => [
        ...openOrderFromBoard("Bar Sport"),
        ...seeTracks({
            order: "Confirmed",
            stock: "Shipped",
            accounts: "Receivable",
            delivery: "No carrier",
        }),
        seeStage("To Collect"),
        {
            content: "Each track leads to its document",
            trigger: `.o_cycle_track[name="cycle_track_stock"] .o_cycle_track_document`,
            run: "click",
        },
        {
            content: "The delivery has left",
            trigger: `.o_form_view .o_arrow_button_current[data-value="done"]`,
        },
    ],
});

registry.category("web_tour.tours").add("order_cycle_escalate_shortage", {
    steps: () => [
        ...openOrderFromBoard("Bar Sport"),
        ...seeTracks({ order: "Confirmed", stock: "Short" }),
        seeStage("Waiting for Supply"),
        {
            content: "The order says what it waits for, and from whom",
            trigger: `.alert-warning:contains("Olive Oil"):contains("Bruno Buyer")`,
        },
        {
            content: "Escalate it",
            trigger: `.alert-warning button[name="action_escalate_shortages"]`,
            run: "click",
        },
        {
            content: "The window shows what the vendor offers",
            trigger: `.modal .o_data_row:contains("Olive Oil") [name="partner_id"]:contains("Frantoio Rossi")`,
        },
        {
            content: "It buys at least the vendor's minimum",
            trigger: `.modal .o_data_row [name="quantity"]:contains("6.00")`,
        },
        {
            content: "Ask the vendor",
            trigger: `.modal button[name="action_apply"]`,
            run: "click",
        },
        {
            content: "The request for quotation is open",
            trigger: `.o_form_view .o_arrow_button_current[data-value="draft"]:contains("RFQ")`,
        },
        {
            content: "It goes to the vendor",
            trigger: `.o_field_widget[name="partner_id"] input:value("Frantoio Rossi")`,
        },
    ],
});
