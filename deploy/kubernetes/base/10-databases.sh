#!/bin/bash
# Run once by the postgres image, when its data folder is empty: one role and one database each for the checks and
# for the Prefect server. psql reads the passwords itself, so that none stands on a command line.
set -euo pipefail
export SECRETS=${SECRETS:-/run/secrets}

psql -X -q -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\set database_password `cat "$SECRETS/database_password"`
\set prefect_password `cat "$SECRETS/prefect_password"`
CREATE ROLE hecha LOGIN PASSWORD :'database_password';
CREATE ROLE prefect LOGIN PASSWORD :'prefect_password';
CREATE DATABASE hecha OWNER hecha;
CREATE DATABASE prefect OWNER prefect;
REVOKE CONNECT ON DATABASE hecha, prefect FROM PUBLIC;
SQL
