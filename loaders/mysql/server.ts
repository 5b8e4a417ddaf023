/** What is known of a server when it is opened: which words it understands. */
export interface Server {
  readonly mariadb: boolean;
  /** 101119 is 10.11.19, 80036 is 8.0.36. */
  readonly version: number;
  /** Names of tables and databases that differ by case alone are one (`lower_case_table_names`). */
  readonly foldsNames: boolean;
}

/** `version`: as the server says it, such as `10.11.19-MariaDB-log` or `8.0.36`. */
export function serverOf(version: string, lowerCaseTableNames: number): Server {
  const [, major = 0, minor = 0, patch = 0] = /(\d+)\.(\d+)\.(\d+)/.exec(version.replace(/^5\.5\.5-/, '')) ?? [];
  return {
    mariadb: /mariadb/i.test(version),
    version: Number(major) * 10_000 + Number(minor) * 100 + Number(patch),
    foldsNames: lowerCaseTableNames !== 0,
  };
}

/** In which only the same characters are equal, and spaces at the end count. */
export const exactCollation = (server: Server): string => {
  if (server.mariadb) return 'utf8mb4_nopad_bin';
  return server.version >= 80_017 ? 'utf8mb4_0900_bin' : 'utf8mb4_bin';
};
