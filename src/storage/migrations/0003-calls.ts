/**
 * Calls, what finds them, and which servers are alive. `record` and `gist` are `json` for the same reason as in the agenda's
 * tables. Times are ISO 8601 texts, UTC, in the order of their bytes: the order that pages of calls are made by.
 */
export const callTables = `
-- Whoever was heard of lately. A call that is live while its server is silent has lost it.
create table servers (
  id text primary key,
  beat_at timestamptz not null
);

create table calls (
  id text collate "C" primary key,
  started_at text collate "C" not null,
  state text not null check (state in ('live', 'ended', 'interrupted')),
  -- Who holds the call, and its recording.
  server text not null,
  record json not null
);
create index calls_by_time on calls (started_at desc, id desc);
create index calls_unfinished on calls (server) where state = 'live';

-- Made from records; can be made again. words: without accents and capitals, once the call is over; and with a plus before them,
-- the ends of both numbers from four digits on, of which every part of a number is the beginning of one.
create table call_index (
  id text collate "C" primary key,
  started_at text collate "C" not null,
  clinic text not null,
  direction text not null,
  -- The other side's, with its ninth digit.
  person text not null,
  outcome text,
  duration_ms double precision not null,
  is_booked boolean not null,
  is_transferred boolean not null,
  is_emergency boolean not null,
  is_recorded boolean not null,
  words tsvector not null,
  gist json not null
);
create index call_index_by_time on call_index (started_at desc, id desc);
create index call_index_by_clinic on call_index (clinic, started_at desc, id desc);
create index call_index_by_person on call_index (person, started_at desc, id desc);
create index call_index_by_word on call_index using gin (words);
`;
