import { errorSummary } from './errors.ts';
import { scrub } from './scrub.ts';

/** One line of a diagnosis. `fail`: it will not work. `warn`: it works, but look at it. */
export interface Finding {
  grade: 'ok' | 'warn' | 'fail';
  /** What was looked at, in a word or two. */
  about: string;
  /** What was found and, unless it is fine, what to do: one sentence. */
  text: string;
}

/** A check answers with findings; when it throws, that is a finding too. */
export interface Check {
  about: string;
  run(): Promise<Finding[]>;
}

export const ok = (about: string, text: string): Finding => ({ grade: 'ok', about, text });
export const warn = (about: string, text: string): Finding => ({ grade: 'warn', about, text });
export const fail = (about: string, text: string): Finding => ({ grade: 'fail', about, text });

/** Runs all checks at once and prints their lines in the order of the checks. @returns true when nothing failed. */
export async function report(checks: Check[], print: (line: string) => void): Promise<boolean> {
  const running = checks.map((check) => findings(check));
  let isHealthy = true;
  for (const work of running) {
    for (const finding of await work) {
      print(findingLine(finding));
      if (finding.grade === 'fail') isHealthy = false;
    }
  }
  return isHealthy;
}

/** `fail  model        …`, always one line. */
export function findingLine({ grade, about, text }: Finding): string {
  return `${grade.padEnd(4)}  ${about.padEnd(12)}  ${text.replace(/\s+/g, ' ').trim()}`;
}

async function findings({ about, run }: Check): Promise<Finding[]> {
  try {
    return await run();
  } catch (error) {
    const { type, code, message } = errorSummary(error);
    return [fail(about, `the check itself failed: ${code ?? type}: ${scrub(message)}`)];
  }
}
