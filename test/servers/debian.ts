/** What tests need of Debian's packages, where it is missing; as root, or by sudo without a password. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';

/** `file`: one of the package, by which it is known to be there. No service of it is started. */
export function install(name: string, file: string): void {
  if (existsSync(file)) return;
  console.error(`${file} is not here: installing Debian’s ${name}`);
  const script = SCRIPT.replace('{name}', name);
  const [program = '', ...first] = [...(userInfo().uid === 0 ? [] : ['sudo', '-n']), 'sh', '-c', script];
  execFileSync(program, first, { stdio: ['ignore', 'ignore', 'inherit'] });
}

const SCRIPT = `
  export DEBIAN_FRONTEND=noninteractive
  policy=/usr/sbin/policy-rc.d
  [ -e $policy ] || { printf '#!/bin/sh\\nexit 101\\n' > $policy && chmod +x $policy && trap "rm -f $policy" EXIT; }
  get() { apt-get install -y --no-install-recommends {name}; }
  get || { apt-get update && get; }`;
