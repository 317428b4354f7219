/** The reader's own language for numbers, the same everywhere on the page. */
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const currencies = new Map<string, Intl.NumberFormat>();

/** `1,204` */
export const count = (n: number): string => whole.format(n);

/** `12.3K` from ten thousand on, else in full. */
export const shortCount = (n: number): string => (Math.abs(n) < 10_000 ? whole.format(n) : compact.format(n));

/** `4.2`, `310`: a rate with as many digits as mean something. */
export const rate = (n: number): string => (n < 100 ? oneDigit.format(n) : shortCount(n));

/** A probability as a percentage that never rounds to 0 or 100: `<0.1 %`, `2.4 %`, `>99.9 %`. */
export function percent(probability: number): string {
  const value = probability * 100;
  if (value > 0 && value < 0.1) return '<0.1 %';
  if (value < 100 && value > 99.9) return '>99.9 %';
  return `${oneDigit.format(value)} %`;
}

/** `14:03:22`, in the reader's time zone. */
export const time = (at: number | string): string => clock.format(new Date(at));

const sameDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'short' });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** The time of day where it was today, else with its day: `19 Nov, 14:03`. */
export const moment = (at: number | string, now: number): string =>
  sameDay.format(new Date(at)) === sameDay.format(now) ? time(at) : dayAndTime.format(new Date(at));

/** `21 Nov 2026` */
export const date = (at: number | string): string => day.format(new Date(at));

/** `$12.50`; the amount with its code where the code is no currency that the browser knows. */
export function money(amount: string, currency: string): string {
  let format = currencies.get(currency);
  if (format === undefined) {
    try {
      format = new Intl.NumberFormat(undefined, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
    } catch {
      return `${amount} ${currency}`;
    }
    currencies.set(currency, format);
  }
  return format.format(Number(amount));
}

/** `0.8 ms`, `340 ms`, `1.2 s`; a dash where nothing was measured. */
export function duration(ms: number | null | undefined): string {
  if (ms == null) return '–';
  if (ms < 10) return `${oneDigit.format(ms)} ms`;
  return ms < 1_000 ? `${whole.format(ms)} ms` : `${oneDigit.format(ms / 1_000)} s`;
}

/** `12 s ago`, `3 min ago`, `2 h ago`, or the date. */
export function ago(at: number | string, now: number): string {
  const seconds = Math.max(0, Math.round((now - new Date(at).getTime()) / 1_000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h ago` : date(at);
}

/** `shopping_net` → `shopping, online`; others with their underscores as spaces. */
export function category(name: string): string {
  const [, stem, kind] = /^(.*)_(net|pos)$/.exec(name) ?? [null, name, ''];
  const words = stem!.replaceAll('_', ' ');
  if (kind === 'net') return `${words}, online`;
  return kind === 'pos' ? `${words}, in store` : words;
}

/** `1 score`, `214 scores` */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${whole.format(n)} ${n === 1 ? one : many}`;

/** `812 B`, `97.5 KB`, `1.6 MB`: in thousands, as disks are sold. */
export function bytes(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = n;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit === 0 ? whole.format(value) : oneDigit.format(value)} ${units[unit]}`;
}

/** A share of 0 to 1 in whole percent, with a digit below ten: `7.5 %`, `93 %`; a dash where there is none. */
export function share(part: number | null | undefined): string {
  if (part == null) return '–';
  const value = part * 100;
  return `${value < 9.95 && value > 0 ? oneDigit.format(value) : whole.format(value)} %`;
}
