/** What has been written, by the servers' own numbers: `0-1-42,1-2-7`, or `uuid:1-5:7,uuid:1-3`. */
export class GtidSet {
  /** MariaDB: the last one of each domain. */
  readonly #domains = new Map<string, string>();
  /** MySQL: first and last, of each server. */
  readonly #servers = new Map<string, Interval[]>();
  #text: string | undefined;

  constructor(text: string) {
    for (const part of text.replace(/\s/g, '').split(',').filter(Boolean)) this.#parse(part);
  }

  #parse(part: string): void {
    const domain = /^(\d+)-\d+-\d+$/.exec(part)?.[1];
    if (domain !== undefined) this.#domains.set(domain, part);
    else {
      const [, server = '', list = ''] = /^([^:]+(?::[a-z_]\w*)?):(.*)$/.exec(part) ?? [];
      const intervals = list.split(':').map((text): Interval => {
        const [first = 0, last = first] = text.split('-').map(Number);
        return [first, last];
      });
      this.#servers.set(server, intervals);
    }
  }

  addMariaDb(domain: number, server: number, number: bigint): string {
    const text = `${domain}-${server}-${number}`;
    this.#domains.set(String(domain), text);
    this.#text = undefined;
    return text;
  }

  addMySql(server: string, number: number): string {
    const known = this.#servers.get(server) ?? [];
    const last = known.at(-1);
    if (last && last[1] + 1 === number) last[1] = number;
    else if (!known.some(([from, to]) => from <= number && number <= to)) known.push([number, number]);
    this.#servers.set(server, merged(known));
    this.#text = undefined;
    return `${server}:${number}`;
  }

  toString(): string {
    return (this.#text ??= [
      ...[...this.#domains].sort(([a], [b]) => Number(a) - Number(b)).map(([, gtid]) => gtid),
      ...[...this.#servers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([server, list]) => `${server}:${listed(list)}`),
    ].join(','));
  }
}

type Interval = [first: number, last: number];

function merged(list: Interval[]): Interval[] {
  if (list.length < 2) return list;
  const all: Interval[] = [];
  for (const one of [...list].sort(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last && one[0] <= last[1] + 1) last[1] = Math.max(last[1], one[1]);
    else all.push([...one]);
  }
  return all;
}

const listed = (list: readonly Interval[]): string =>
  list.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(':');
