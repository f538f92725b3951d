import { z } from 'zod';
import { type Role, roles } from './roles.ts';

/** A login is written one way: `Ana ` and `ana` are the same person. */
export const loginShape = /^[a-z0-9][a-z0-9._@+-]{1,119}$/;
/** People who may sign in, those that are disabled included. A clinic has dozens. */
export const mostUsers = 1_000;

/**
 * How a password came to be. `one-time`: given by somebody else, to be changed at the next sign-in. `sandbox`: made at start
 * so that the console can be looked at; it opens nothing in a live server.
 */
export const passwordOrigins = ['chosen', 'one-time', 'sandbox'] as const;

const userSchema = z.strictObject({
  id: z.string().regex(/^[a-z2-7]{26}$/),
  login: z.string().regex(loginShape),
  name: z.string().min(1).max(120),
  role: z.enum(roles),
  clinics: z.union([z.literal('all'), z.array(z.string().max(100)).max(1_000)]),
  password: z.strictObject({
    /** Argon2id in PHC form. */
    hash: z.string().startsWith('$argon2id$').max(300),
    origin: z.enum(passwordOrigins),
    /** ISO 8601, UTC. */
    changedAt: z.iso.datetime(),
  }),
  createdAt: z.iso.datetime(),
  disabledAt: z.iso.datetime().optional(),
  /** Counts what ends sessions: a new password, role or clinics, disabling. A session of an earlier count is over. */
  epoch: z.int().min(0),
});

/** Somebody who may sign in to the console. */
export interface User {
  id: string;
  login: string;
  name: string;
  role: Role;
  clinics: 'all' | string[];
  password: { hash: string; origin: (typeof passwordOrigins)[number]; changedAt: string };
  createdAt: string;
  disabledAt?: string;
  epoch: number;
}

/** The user a stored value holds; nothing when it is not one. */
export function parseUser(value: unknown): User | undefined {
  const parsed = userSchema.safeParse(value);
  return parsed.success ? (parsed.data as User) : undefined;
}

export function loginOf(typed: string): string {
  return typed.normalize('NFKC').trim().toLowerCase();
}
