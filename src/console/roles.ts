/** What somebody who signs in may do: `staff` work with calls and the agenda, `admin` also with recordings of others, users, scripts and the clinic, `auditor` reads, the trail included, and changes nothing. */
export const roles = ['staff', 'admin', 'auditor'] as const;
export type Role = (typeof roles)[number];
