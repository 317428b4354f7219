/** Payment categories the fraud features know: those of the Sparkov generator, whose data the model was trained on. */
export const CATEGORIES = [
  'entertainment',
  'food_dining',
  'gas_transport',
  'grocery_net',
  'grocery_pos',
  'health_fitness',
  'home',
  'kids_pets',
  'misc_net',
  'misc_pos',
  'personal_care',
  'shopping_net',
  'shopping_pos',
  'travel',
] as const;
