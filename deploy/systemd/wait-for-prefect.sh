#!/bin/sh
# 等调度服务开始应答，最多三分钟。
set -eu
for _ in $(seq 180); do
    if /opt/hecha/.venv/bin/python -c 'import urllib.request as u; u.urlopen("http://127.0.0.1:4200/api/ready", timeout=2)' \
        2>/dev/null; then
        exit 0
    fi
    sleep 1
done
echo "调度服务在三分钟内没有应答，请查看日志：journalctl -u hecha-prefect。" >&2
exit 1
