/** Wrong passwords within the window, of one login and of one address each; then nobody is let in, not with the right one either. */
export const mostTries = 10;
export const windowMs = 15 * 60_000;
/** The first wrong answer waits this long, each further one twice as long, up to the longest. */
const firstDelayMs = 10;
const longestDelayMs = 2_000;
/** Logins and addresses remembered: about 2 MB. The one whose last try is oldest makes room. */
const mostKeys = 20_000;

export interface SignInLimits {
  /**
   * Counts a try before its password is looked at, so that many at once are counted too.
   * @param login counted by itself, like the address
   */
  begin(login: string, ip: string, nowMs: number): { retryAfterS: number } | SignInTry;
}

export interface SignInTry {
  /** How long the answer is to wait if it was wrong, ms. */
  delayMs: number;
  /** It was right: the login's count begins anew, the address gets this try back. */
  succeeded(): void;
}

export function createSignInLimits(): SignInLimits {
  /** Epoch ms of each try that counts, oldest first; at most `mostTries`. */
  const known = new Map<string, number[]>();

  const triesOf = (key: string, nowMs: number): number[] => {
    const tries = (known.get(key) ?? []).filter((atMs) => nowMs - atMs < windowMs && atMs <= nowMs);
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
    begin(login, ip, nowMs) {
      const loginKey = `login ${login}`;
      const ipKey = addressKey(ip);
      const addressTries = triesOf(ipKey, nowMs);
      const loginTries = triesOf(loginKey, nowMs);
      makeRoom();
      const waits = [addressTries, loginTries].map((tries) =>
        tries.length < mostTries ? 0 : windowMs - (nowMs - (tries[0] ?? nowMs)),
      );
      const waitMs = Math.max(...waits);
      if (waitMs > 0) return { retryAfterS: Math.ceil(waitMs / 1_000) };
      addressTries.push(nowMs);
      loginTries.push(nowMs);
      const count = Math.max(addressTries.length, loginTries.length);
      return {
        delayMs: Math.min(longestDelayMs, firstDelayMs * 2 ** (count - 1)),
        succeeded() {
          known.delete(loginKey);
          const now = known.get(ipKey);
          const at = now?.lastIndexOf(nowMs) ?? -1;
          if (at !== -1) now?.splice(at, 1);
        },
      };
    },
  };
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
