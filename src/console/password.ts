import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** Argon2id (what the library makes unless told otherwise) as OWASP advises for 19 MiB: some 30 ms of one core, on a thread of its own. */
const argon2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Characters. Longer than a guess, shorter than an attack on the hash. */
export const shortestPassword = 12;
export const longestPassword = 256;
/** Of any password that nobody has: what is checked when nobody has this login, so that it takes as long. */
const nobodysHash =
  '$argon2id$v=19$m=19456,t=2,p=1$xXnFyKMOlFrj4Dsc/psmgA$mDC0VReTbHYctWqX4yUkrvA+Je7lPTzxp6ZpEJer/Jo';
/** No 0, 1, l, o: it is read from a paper. 20 of 32 letters are 100 bits. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
const groups = 4;
const groupLength = 5;

export function hashPassword(password: string): Promise<string> {
  return hash(plain(password), argon2);
}

/** @param known nothing when there is no such person; it takes as long */
export async function isPassword(password: string, known: string | undefined): Promise<boolean> {
  const isRight = await verify(known ?? nobodysHash, plain(password).slice(0, longestPassword));
  return isRight && known !== undefined;
}

/** Why this may not be a password, in Portuguese; nothing when it may. */
export function passwordTrouble(password: string, login: string): string | undefined {
  const typed = plain(password);
  const lower = typed.toLowerCase();
  if ([...typed].length < shortestPassword)
    return `Use uma senha com pelo menos ${shortestPassword} caracteres.`;
  if (typed.length > longestPassword)
    return `Use uma senha com no máximo ${longestPassword} caracteres.`;
  const account = login.split('@')[0] ?? '';
  if (account.length > 3 && lower.includes(account))
    return 'A senha não pode conter o seu usuário.';
  if (new Set(lower).size < 5 || isRun(lower) || commonWords.test(lower))
    return 'Esta senha é fácil de adivinhar. Use, por exemplo, quatro palavras que não combinam.';
  return undefined;
}

/** A password to be told to somebody: `abcde-fghij-kmnpq-rstuv`. */
export function createPassword(): string {
  const group = () =>
    Array.from({ length: groupLength }, () => letters[randomInt(letters.length)]).join('');
  return Array.from({ length: groups }, group).join('-');
}

/** The longest of the lists of leaked passwords, with whatever digits and signs behind. */
const commonWords =
  /^(?:password|senha|mudar|admin(?:istrador)?|qwerty(?:uiop)?|iloveyou|clinica|aurora|brasil|alo)+[\d\W_]*$/;

/** `123456789012`, `abcdefghijkl`, and backwards. */
function isRun(text: string): boolean {
  const steps = [...text].slice(1).map((one, at) => one.charCodeAt(0) - text.charCodeAt(at));
  const step = steps[0];
  const isEven = steps.filter((one) => one === step).length >= steps.length - 1;
  return isEven && step !== undefined && Math.abs(step) <= 1;
}

/** One person's keyboard writes `ç` as one character, another's as two. */
function plain(password: string): string {
  return password.normalize('NFKC');
}
