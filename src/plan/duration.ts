/** Seconds in words that stay short: `0.05 s`, `12.3 s`, `4 min 05 s`, `2 h 30 min`, `61 h`. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 0.01) return '<0.01 s';
  if (seconds < 60) return `${Number(seconds.toFixed(seconds < 1 ? 2 : 1))} s`;
  if (seconds < 3600) return pair(Math.round(seconds), 60, 'min', 's');
  return pair(Math.round(seconds / 60), 60, 'h', 'min');
}

function pair(all: number, per: number, large: string, small: string): string {
  const [whole, rest] = [Math.floor(all / per), all % per];
  return rest === 0 ? `${whole} ${large}` : `${whole} ${large} ${String(rest).padStart(2, '0')} ${small}`;
}
