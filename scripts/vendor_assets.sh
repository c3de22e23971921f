#!/usr/bin/env bash
# Fetches every third-party asset that the pages use and writes it to static/.
#
# Needs npm and tar; run it from anywhere: scripts/vendor_assets.sh
# To take a newer version, change the number below, run this, look at the pages, commit the result.
# To add an icon, add its name (https://icons.getbootstrap.com) to scripts/icons.txt and run this.
set -euo pipefail

bootstrap=5.3.9
bootstrap_icons=1.13.2
inter=5.3.0

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # name version folder: unpacks the published package into $work/folder
  (cd "$work" && npm pack --silent "$1@$2" >name && mkdir "$3" && tar -xzf "$(tail -n 1 name)" -C "$3" --strip-components 1)
}

fetch bootstrap "$bootstrap" bootstrap
fetch bootstrap-icons "$bootstrap_icons" icons
fetch @fontsource-variable/inter "$inter" inter

vendor="$root/static/vendor"
mkdir -p "$vendor/bootstrap" "$vendor/bootstrap-icons" "$vendor/inter"

# The source map stays at home, and a comment that names it would break the hashed file names.
sed '/^\/\*# sourceMappingURL=/d' "$work/bootstrap/dist/css/bootstrap.min.css" >"$vendor/bootstrap/bootstrap.min.css"
cp "$work/bootstrap/LICENSE" "$vendor/bootstrap/LICENSE"

cp "$work/inter/files/inter-latin-wght-normal.woff2" "$vendor/inter/inter-latin.woff2"
cp "$work/inter/LICENSE" "$vendor/inter/LICENSE"

cp "$work/icons/LICENSE" "$vendor/bootstrap-icons/LICENSE"
sprite="$root/static/img/icons.svg"
{
  echo "<!-- Bootstrap Icons $bootstrap_icons, MIT, see static/vendor/bootstrap-icons/LICENSE. Built by scripts/vendor_assets.sh. -->"
  echo '<svg xmlns="http://www.w3.org/2000/svg">'
  LC_ALL=C sort -u "$root/scripts/icons.txt" | while read -r name; do
    printf '<symbol id="i-%s" viewBox="0 0 16 16">' "$name"
    sed -e '1d' -e '$d' -e 's/^ *//' "$work/icons/icons/$name.svg" | tr -d '\n'
    echo '</symbol>'
  done
  echo '</svg>'
} >"$sprite.new"
mv "$sprite.new" "$sprite"

cat >"$vendor/README.md" <<TABLE
# Third-party files

Written by \`scripts/vendor_assets.sh\`; do not edit by hand.

| Files | From (npm) | Version | Licence |
|---|---|---|---|
| \`bootstrap/bootstrap.min.css\` | bootstrap | $bootstrap | MIT |
| \`../img/icons.svg\` (only the icons in \`scripts/icons.txt\`) | bootstrap-icons | $bootstrap_icons | MIT |
| \`inter/inter-latin.woff2\` | @fontsource-variable/inter | $inter | OFL-1.1 |

htmx comes with the Python package django-htmx (0BSD), which serves it from its own static files.
TABLE
