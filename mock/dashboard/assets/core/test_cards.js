// "Visa", "American Express" of "visa", "amex".
const brands = {amex: 'American Express', diners: 'Diners Club', jcb: 'JCB', unionpay: 'UnionPay'};
export const brand_name = (brand) => brands[brand] ?? brand[0].toUpperCase() + brand.slice(1);

// Stripe's test cards by what they do; each has a magic id that can be attached.
export const test_cards = [
  ['pm_card_visa', 'Visa, succeeds'],
  ['pm_card_mastercard', 'Mastercard, succeeds'],
  ['pm_card_amex', 'American Express, succeeds'],
  ['pm_card_chargeCustomerFail', 'Can be saved, declines when charged'],
  ['pm_card_chargeDeclined', 'Declines at once'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'Declines: insufficient funds'],
  ['pm_card_chargeDeclinedExpiredCard', 'Declines: expired card'],
  ['pm_card_chargeDeclinedIncorrectCvc', 'Declines: wrong CVC'],
  ['pm_card_chargeDeclinedLostCard', 'Declines: lost card'],
  ['pm_card_chargeDeclinedProcessingError', 'Declines: processing error'],
  ['pm_card_authenticationRequired', '3D Secure on every payment'],
  ['pm_card_authenticationRequiredOnSetup', '3D Secure unless set up before'],
  ['pm_card_threeDSecure2Required', '3D Secure, required'],
  ['pm_card_createDispute', 'Succeeds, is disputed later'],
  ['pm_card_visa_debit', 'Visa debit, succeeds'],
];
