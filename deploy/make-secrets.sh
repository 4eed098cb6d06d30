#!/bin/sh
# 为 compose.yaml 生成密码文件，写入 deploy/secrets；已有的文件不动。
set -eu
umask 077
folder=${1:-$(cd "$(dirname "$0")" && pwd)/secrets}
mkdir -p "$folder"
chmod 700 "$folder"

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# 文件名 内容。The folder keeps other users of the host out; the containers' own users must read the files.
write() {
    [ -e "$folder/$1" ] && return
    printf '%s' "$2" >"$folder/.$1.part"
    chmod 444 "$folder/.$1.part"
    mv "$folder/.$1.part" "$folder/$1"
    echo "已生成 $1。"
}

write postgres_password "$(random)"
write database_password "$(random)"
write prefect_password "$(random)"
write hecha_database_url "postgresql+psycopg://hecha:$(cat "$folder/database_password")@postgres:5432/hecha"
write s3_credentials "[default]
aws_access_key_id = hecha
aws_secret_access_key = $(random)
"
write hecha_upload_token "$(random)"
# 通知地址（每行一个，格式见 docs/TELLING.md）；空文件表示不通知。
write hecha_notify_operator ""
write hecha_notify_supervisor ""
