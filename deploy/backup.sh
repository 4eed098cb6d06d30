#!/bin/sh
# 备份数据库、原件和收件箱：backup.sh 备份目录 [--keep 份数] [--verify]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$here/../.venv/bin/python
[ -x "$python" ] || python=python3
exec "$python" "$here/backup.py" "$@"
