-- Version 1: sessions, one-time ids, what has been ended, and the provider cache.
--
-- What each table means, who may read it and how it may change: schema/README.md and the README beside this file. The
-- tables are made in the first schema of the search_path. Times are whole seconds since 1970, UTC; a record is over at
-- the second it names, whether it was deleted or not. 0 in a time that may be missing means "never was". Every migration
-- runs in one transaction and ends by naming itself in schema_version.

CREATE TABLE schema_version (
    version    integer PRIMARY KEY,
    works_from integer NOT NULL,  -- a program that knows at least this version may use the database as it is now
    applied_at bigint  NOT NULL DEFAULT extract(epoch FROM now())::bigint
);

CREATE TABLE session (
    key               bytea  NOT NULL PRIMARY KEY,  -- SHA-256 of the session handle, 32 octets
    version           bigint NOT NULL,              -- grows by one with every replacement of the sealed fields
    fence             bigint NOT NULL DEFAULT 0,    -- grows by one with every lease granted
    lease_until       bigint NOT NULL DEFAULT 0,    -- somebody refreshes until then
    retry_at          bigint NOT NULL DEFAULT 0,    -- nobody refreshes before then
    idle_expires_at   bigint NOT NULL,              -- the end of this session as things stand
    expires_at        bigint NOT NULL,              -- the latest end there can be; never moved
    created_at        bigint NOT NULL,
    access_expires_at bigint NOT NULL,
    access_lifetime   bigint NOT NULL,              -- seconds, as the provider stated it
    sid               bytea,                        -- keyed hash of (issuer, sid), 32 octets
    sub               bytea  NOT NULL,              -- keyed hash of (issuer, sub), 32 octets
    browser           bytea  NOT NULL,              -- keyed hash of the browser's login cookie, 32 octets
    claims            bytea  NOT NULL,              -- sealed; opaque to the store, like the two below
    access_token      bytea  NOT NULL,
    refresh_and_id_token bytea NOT NULL,
    CHECK (idle_expires_at <= expires_at)
) WITH (fillfactor = 80);  -- room for a refreshed row beside the old one, so that no index has to change

-- Sealed octets do not compress.
ALTER TABLE session
    ALTER COLUMN claims SET STORAGE EXTERNAL,
    ALTER COLUMN access_token SET STORAGE EXTERNAL,
    ALTER COLUMN refresh_and_id_token SET STORAGE EXTERNAL;

CREATE INDEX session_by_expiry  ON session (idle_expires_at);
CREATE INDEX session_by_sid     ON session (sid, sub) WHERE sid IS NOT NULL;
CREATE INDEX session_by_sub     ON session (sub, created_at);
CREATE INDEX session_by_browser ON session (browser);
CREATE INDEX session_by_created ON session (created_at DESC, key);

-- The provider ended these sids: no session of them is inserted any more (checklist B16).
CREATE TABLE ended_sid (
    sid              bytea  NOT NULL,
    only_of          bytea  NOT NULL,  -- for sessions of this sub alone; empty: whoever's they are
    remembered_until bigint NOT NULL,
    PRIMARY KEY (sid, only_of)
);

CREATE INDEX ended_sid_by_expiry ON ended_sid (remembered_until);

-- All sessions of these subs were ended: none is inserted whose login began at or before `ended_at`. The empty sub stands
-- for everybody.
CREATE TABLE ended_sub (
    sub              bytea  NOT NULL PRIMARY KEY,
    ended_at         bigint NOT NULL,
    remembered_until bigint NOT NULL
);

CREATE INDEX ended_sub_by_expiry ON ended_sub (remembered_until);

-- Ids that were consumed and stay so until they expire.
CREATE TABLE once (
    kind       text   NOT NULL,  -- 'flow', 'logout_jti' or 'throttle'
    id         bytea  NOT NULL,  -- SHA-256 of the id, which may be longer than a row of an index
    expires_at bigint NOT NULL,
    PRIMARY KEY (kind, id)
);

CREATE INDEX once_by_expiry ON once (expires_at);

-- Provider metadata and key sets, authenticated with the key ring by whoever wrote them.
CREATE TABLE cached_document (
    name      bytea  NOT NULL PRIMARY KEY,  -- SHA-256 of the name
    sealed    bytea  NOT NULL,
    stored_at bigint NOT NULL
);

INSERT INTO schema_version (version, works_from) VALUES (1, 1);
