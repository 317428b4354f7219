import { z } from 'zod';

/** A whole number within bounds, written in digits. */
export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `expected a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `expected a whole number from ${min} to ${max}`);

/** A number from 0 to 1; null when absent. */
export const probability = z
  .string()
  .regex(/^(0(\.\d{1,15})?|1(\.0{1,15})?)$/, 'expected a probability from 0 to 1, as 0.85')
  .transform(Number)
  .nullable();

/** Words with commas between. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
