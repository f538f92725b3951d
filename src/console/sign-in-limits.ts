/** Wrong passwords within the window, of one login and of one address each; then nobody is let in, not with the right one either. */
export const mostTries = 10;
export const windowMs = 15 * 60_000;
/** The first wrong answer waits this long, each further one twice as long, up to the longest. */
const firstDelayMs = 10;
const longestDelayMs = 2_000;
/** Tries of one login that wait for each other's delay; more are refused at once. */
const mostWaiting = 5;
/** Logins and addresses remembered: about 2 MB. The one whose last try is oldest makes room. */
const mostKeys = 20_000;

interface Tries {
  /** Epoch ms of each that counts, oldest first; at most `mostTries`. */
  atMs: number[];
  waiting: number;
}

/** What a try is counted under: the login and the address, each by itself. */
export interface SignInLimits {
  /** Counts a try before its password is looked at, so that many at once are counted too. */
  begin(keys: readonly string[], nowMs: number): { retryAfterS: number } | SignInTry;
}

export interface SignInTry {
  /** It was wrong. @returns how long the answer is to wait, ms */
  failed(): number;
  /** It was right: the login's count begins anew, the address gets this try back. */
  succeeded(): void;
  /** Is over, whatever came of it. */
  end(): void;
}

export function createSignInLimits(): SignInLimits {
  const known = new Map<string, Tries>();

  const triesOf = (key: string, nowMs: number): Tries => {
    const tries = known.get(key) ?? { atMs: [], waiting: 0 };
    tries.atMs = tries.atMs.filter((atMs) => nowMs - atMs < windowMs && atMs <= nowMs);
    // The last used stands last.
    known.delete(key);
    known.set(key, tries);
    return tries;
  };
  const makeRoom = () => {
    for (const key of known.keys()) {
      if (known.size <= mostKeys) return;
      known.delete(key);
    }
  };
  return {
    begin(keys, nowMs) {
      const counted = keys.map((key) => triesOf(key, nowMs));
      makeRoom();
      const waits = counted.map(({ atMs, waiting }) => {
        if (atMs.length >= mostTries) return windowMs - (nowMs - (atMs[0] ?? nowMs));
        return waiting >= mostWaiting ? longestDelayMs : 0;
      });
      const waitMs = Math.max(...waits);
      if (waitMs > 0) return { retryAfterS: Math.ceil(waitMs / 1_000) };
      for (const tries of counted) {
        tries.atMs.push(nowMs);
        tries.waiting += 1;
      }
      return {
        failed: () => delayMs(Math.max(...counted.map(({ atMs }) => atMs.length))),
        succeeded() {
          const [login, ...others] = counted;
          if (login) login.atMs = [];
          for (const { atMs } of others) {
            const at = atMs.lastIndexOf(nowMs);
            if (at !== -1) atMs.splice(at, 1);
          }
        },
        end() {
          for (const tries of counted) tries.waiting -= 1;
        },
      };
    },
  };
}

function delayMs(failures: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.max(0, failures - 1));
}

/** A household's or a firm's whole IPv6 network counts as one address. @param ip as the server was told */
export function addressKey(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return `ip ${plain}`;
  const [head = '', tail = ''] = plain.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const zeros = plain.includes('::') ? Math.max(0, 8 - left.length - right.length) : 0;
  return `ip ${[...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 4).join(':')}`;
}
