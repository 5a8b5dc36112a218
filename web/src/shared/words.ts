/** Words for what the records hold as codes. */

/** SCREAMING_CASE as words. */
export const words = (name: string | null | undefined) => (name ?? '').toLowerCase().replaceAll('_', ' ');

const countries = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });

/** A country by its name, as far as the browser knows the two letters. */
export function country(code: string | null): string | null {
  try {
    return code && (countries.of(code.toUpperCase()) ?? code);
  } catch {
    return code;
  }
}

const languages = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });

/** A language by its name, as far as the browser knows its code. */
export function language(code: string | null): string | null {
  try {
    return code && (languages.of(code) ?? code);
  } catch {
    return code;
  }
}

/** An amount of money in the reader's form, as far as the browser knows the currency. */
export function money(amount: number, unit: 'minor units' | 'millionths', currency: string): string {
  try {
    const form = new Intl.NumberFormat('en', { style: 'currency', currency, ...(unit === 'millionths' && { maximumFractionDigits: 6 }) });
    return form.format(amount / (unit === 'millionths' ? 1_000_000 : 10 ** (form.resolvedOptions().maximumFractionDigits ?? 2)));
  } catch {
    return unit === 'millionths' ? `${amount / 1_000_000} ${currency}` : `${amount} minor units of ${currency}`;
  }
}

/** What a doctor is to a patient. */
export const ROLES: Record<string, string> = { PRIMARY: 'Primary doctor', SPECIALIST: 'Specialist', CONSULTANT: 'Consultant' };

/** A total that may be missing. */
export const totalOf = (connection: { totalCount: number | null } | null | undefined) => connection?.totalCount ?? null;
