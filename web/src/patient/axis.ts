/** The axis of time, and what of it is shown. */

export const YEAR = 365.25 * 86_400_000;

/** A day as a point of time, in any year. */
export const timeOf = (day: string) => Date.parse(`${day.slice(0, 10)}T00:00:00Z`);

/** A day or a moment as a point of time. */
export const momentOf = (at: string) => (at.length > 10 ? Date.parse(at) : timeOf(at));

/** How far from today the axis reaches at most; a date beyond it, as 0001 or 9999, is told in words. */
const [BACK, AHEAD] = [120, 10];

export const remote = (day: string, today: string) => {
  const years = (timeOf(day) - timeOf(today)) / YEAR;
  return !(years >= -BACK && years <= AHEAD);
};

/** At most eight marks of whole years or months. */
export function ticksOf(from: number, to: number): { at: number; name: string }[] {
  const years = (to - from) / YEAR;
  const months = [1, 2, 3, 6, 12, 24, 60, 120, 240].find((step) => (years * 12) / step <= 8) ?? 240;
  const first = new Date(from).getUTCFullYear() * 12;
  const ticks = [];
  for (let month = first - (first % months); ; month += months) {
    const day = `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`;
    const at = timeOf(`${day}-01`);
    if (!(at <= to)) return ticks;
    if (at >= from) ticks.push({ at, name: months % 12 ? day : day.slice(0, 4) });
  }
}
