import type { Role } from './roles.ts';
import { mostUsers, type User } from './user-record.ts';
import type { UserChange } from './user-store.ts';

/** What may be changed of somebody; what is absent stays. */
export interface UserWish {
  name?: string | undefined;
  role?: Role | undefined;
  clinics?: 'all' | string[] | undefined;
  isDisabled?: boolean | undefined;
  password?: User['password'] | undefined;
}

export type UserAnswer =
  | { outcome: 'changed'; user: User; endsSessions: boolean }
  | { outcome: 'not-found' | 'last-admin' };

export type NewUserAnswer =
  | { outcome: 'created'; user: User }
  | { outcome: 'login-taken' | 'too-many-users' };

/** Who may manage whom: nobody gives or takes what lies beyond the clinics that they see themselves. */
export function isWithin(
  inner: 'all' | readonly string[],
  outer: 'all' | readonly string[],
): boolean {
  if (outer === 'all') return true;
  return inner !== 'all' && inner.every((clinic) => outer.includes(clinic));
}

export function addUser(users: readonly User[], user: User): UserChange<NewUserAnswer> {
  if (users.length >= mostUsers) return { answer: { outcome: 'too-many-users' } };
  if (users.some(({ login }) => login === user.login))
    return { answer: { outcome: 'login-taken' } };
  return { put: [user], answer: { outcome: 'created', user } };
}

/** A new role, other clinics, a new password and disabling end the user's sessions. The last administrator stays one. */
export function changeUser(
  users: readonly User[],
  id: string,
  wish: UserWish,
  at: string,
): UserChange<UserAnswer> {
  const before = users.find((one) => one.id === id);
  if (!before) return { answer: { outcome: 'not-found' } };
  const { isDisabled = before.disabledAt !== undefined } = wish;
  const { disabledAt = at, ...rest } = before;
  const after: User = {
    ...rest,
    name: wish.name ?? before.name,
    role: wish.role ?? before.role,
    clinics: wish.clinics ?? before.clinics,
    password: wish.password ?? before.password,
    ...(isDisabled ? { disabledAt } : {}),
  };
  const others = users.filter((one) => one.id !== id);
  if (isKeyholder(before) && ![...others, after].some(isKeyholder))
    return { answer: { outcome: 'last-admin' } };
  const endsSessions =
    after.role !== before.role ||
    after.password !== before.password ||
    String(after.clinics) !== String(before.clinics) ||
    after.disabledAt !== before.disabledAt;
  const user = { ...after, epoch: before.epoch + (endsSessions ? 1 : 0) };
  return { put: [user], answer: { outcome: 'changed', user, endsSessions } };
}

/** Who can still let everybody else in. */
function isKeyholder({ role, clinics, disabledAt }: User): boolean {
  return role === 'admin' && clinics === 'all' && disabledAt === undefined;
}
