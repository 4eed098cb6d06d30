#!/bin/sh
# 从一份备份恢复：restore.sh 备份目录/时间 [--replace]；请先停止各项服务。
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$here/../.venv/bin/python
[ -x "$python" ] || python=python3
exec "$python" "$here/restore.py" "$@"
