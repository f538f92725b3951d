/**
 * Slots, appointments and requests. Records are kept as `json`, the text as it was written: `jsonb` would refuse
 * characters that a caller's words may hold. The columns beside them are there to be searched and judged by.
 */
export const agendaTables = `
create table reservations (
  id text primary key,
  version integer not null check (version >= 1),
  status text not null check (status in ('pending', 'booked', 'cancelled')),
  hold_expires_ms bigint not null,
  replaces_id text,
  changed_at_ms bigint not null,
  record json not null
);
create index reservations_to_forget on reservations (changed_at_ms) where status = 'cancelled';

-- Of what is not cancelled. is_exclusive: takes the place alone, and is judged by the constraint as well. A hold that is to
-- replace a booking may lie across it until both change places in one step.
create table claims (
  reservation_id text not null references reservations on delete cascade,
  position smallint not null,
  resource text not null,
  start_ms bigint not null,
  end_ms bigint not null,
  capacity integer not null check (capacity >= 1),
  is_exclusive boolean not null,
  primary key (reservation_id, position),
  check (start_ms < end_ms),
  constraint one_at_a_time
    exclude using gist (resource with =, int8range(start_ms, end_ms) with &&) where (is_exclusive)
);
create index claims_by_place on claims (resource, start_ms);

create table answers (
  key text primary key,
  fingerprint text not null,
  at_ms bigint not null,
  reservation json not null
);
create index answers_by_age on answers (at_ms);

create table appointments (
  id text primary key,
  clinic text not null,
  day date not null,
  time text not null,
  status text not null,
  -- The patient, as a hash, and telephone numbers.
  search_keys text[] not null,
  record json not null
);
create index appointments_by_day on appointments (day);
create index appointments_by_person on appointments using gin (search_keys);

create table staff_requests (
  id text primary key,
  clinic text not null,
  status text not null,
  at timestamptz not null,
  record json not null
);
create index staff_requests_by_time on staff_requests (at);
`;
