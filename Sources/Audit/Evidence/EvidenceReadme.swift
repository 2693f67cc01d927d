/// The instructions for checking an evidence folder. The same in each: its commands find the files by themselves.
enum EvidenceReadme {
  static let text = #"""
    # 审计证据 / Audit evidence

    本文件夹不依赖官渡软件即可核验：只需 `bash`、`openssl`（3.0 或更新）、`sha256sum`，以及任一支持 C2SP tlog 的工具（下面用 Go）。请先将整个文件夹复制到自己的计算机，在该文件夹内按顺序执行下列命令。每一步打印 `ok` 或 `BAD`；出现一个 `BAD`，即该项不成立。

    This folder is checked without Guandu: with `bash`, `openssl` (3.0 or later), `sha256sum`, and any tool for C2SP's tlogs (here Go's). Copy all of it to a computer of your own, and run the commands below inside the folder, in their order. Each step prints `ok` or `BAD`; one `BAD`, and that thing does not hold.

    | | |
    | --- | --- |
    | `report.html`, `report.pdf` | 报告，供阅读；以 `entries/` 为准 / the report, for reading; what counts is in `entries/` |
    | `entries/ZONE-LOG-INDEX.json` | 日志中的记录，逐字节原样 / entries of the logs, byte for byte |
    | `proofs/ZONE-LOG-INDEX.tlog-proof` | 记录在日志中的证明 / the proof that it stands there ([tlog-proof](https://c2sp.org/tlog-proof)) |
    | `checkpoints/` | 日志的检查点：最新的，和经对方见证的 / the logs' heads: the newest, and the one that the other zone has cosigned |
    | `keys` | 日志和见证方的公钥 / public keys of logs and witnesses ([signed-note](https://c2sp.org/signed-note)) |
    | `packets/DIGEST/` | 两区域间数据包的签名清单 / signed manifests of packets between the zones |
    | `certificates/` | 证书 / certificates |
    | `check.go` | 第 6 步的程序，可自行阅读 / the program of step 6, to be read |

    ## 0. 准备 / Make ready

    ```bash
    t=$(mktemp -d)
    # SHA-256, as raw bytes
    hash() { openssl dgst -sha256 -binary; }
    # verify MESSAGE SIGNATURE RAW-KEY: Ed25519
    verify() {
      { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; cat "$3"; } >"$t/key.der"
      openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$t/key.der" -in "$1" -sigfile "$2" >/dev/null 2>&1
    }
    say() { if [ "$1" = 0 ]; then echo "ok  $2"; else echo "BAD $2"; fi; }
    ```

    ## 1. 证书 / Certificates

    请将根证书的指纹与从别处（例如该机构的安全员）取得的指纹比对：本文件夹自己不能证明根证书是真的。有效期请自行查看；吊销请查该机构的吊销列表。

    Compare the root's fingerprint with one that you have from elsewhere, such as the office's security officer: this folder cannot prove its own root. Look at the dates yourself; ask the authority's lists about revocations.

    ```bash
    openssl x509 -in certificates/root.pem -noout -subject -fingerprint -sha256
    for c in certificates/*.pem packets/*/signer.pem; do
      [ -e "$c" ] || continue
      openssl x509 -in "$c" -noout -subject -dates | paste -s -d' '
      openssl verify -no_check_time -CAfile certificates/root.pem -untrusted certificates/issuing.pem "$c" >/dev/null 2>&1
      say $? "$c"
    done
    ```

    ## 2. 公钥即证书中的公钥 / The keys are those of the certificates

    日志 `ZONE/audit/N` 的公钥须出自名为 `ZONE audit log` 的证书，见证方 `ZONE/audit/witness` 的公钥须出自 `ZONE audit witness`。

    The key of a log `ZONE/audit/N` must be that of a certificate named `ZONE audit log`, the key of a witness `ZONE/audit/witness` that of `ZONE audit witness`.

    ```bash
    for c in certificates/*.pem; do
      printf '%s|' "$(openssl x509 -in "$c" -noout -subject -nameopt multiline | sed -n 's/^ *commonName *= //p')"
      openssl x509 -in "$c" -noout -pubkey | openssl pkey -pubin -outform DER | tail -c 32 | base64
    done >"$t/certified"
    while read -r line; do
      name=${line%%+*}
      case $name in
        */audit/witness) owner="${name%%/*} audit witness" ;;
        *) owner="${name%%/*} audit log" ;;
      esac
      grep -qxF "$owner|$(printf %s "$line" | cut -d+ -f3- | base64 -d | tail -c 32 | base64)" "$t/certified"
      say $? "$name"
    done <keys
    ```

    ## 3. 检查点的签名与见证 / The checkpoints' signatures, the witness's with its time

    ```bash
    for note in checkpoints/* proofs/*; do
      # A proof ends with its checkpoint: the last but one of its parts between empty lines.
      awk -v RS= -v part="$(case $note in proofs/*) echo 2;; *) echo 1;; esac)" 'NR == part' "$note" >"$t/text"
      origin=$(head -n 1 "$t/text") found=1
      grep '^— ' "$note" >"$t/signatures"
      while read -r dash name signature; do
        printf %s "$signature" | base64 -d >"$t/bytes"
        id=$(head -c 4 "$t/bytes" | od -An -tx1 | tr -d ' \n')
        key=$(grep "^$name+$id+" keys) || continue
        printf %s "$key" | cut -d+ -f3- | base64 -d | tail -c 32 >"$t/raw"
        tail -c 64 "$t/bytes" >"$t/signature"
        if [ "$(wc -c <"$t/bytes")" = 68 ]; then
          verify "$t/text" "$t/signature" "$t/raw"; result=$?
          say $result "$note: signed by $name"
          if [ "$name" = "$origin" ]; then found=$result; fi
        else
          time=$((0x$(tail -c +5 "$t/bytes" | head -c 8 | od -An -tx1 | tr -d ' \n')))
          { printf 'cosignature/v1\ntime %d\n' "$time"; cat "$t/text"; } >"$t/cosigned"
          # Nobody is a witness of his own log.
          [ "${name%%/*}" != "${origin%%/*}" ] && verify "$t/cosigned" "$t/signature" "$t/raw"
          say $? "$note: witnessed by $name at $(date -u -d "@$time" +%FT%TZ)"
        fi
      done <"$t/signatures"
      say $found "$note: signed by the log itself"
    done
    ```

    ## 4. 每条记录在日志中 / Each entry stands in its log

    从记录的摘要出发，沿证明逐级计算，应得到检查点的根（RFC 6962）。

    From the entry's hash, the proof leads step by step to the checkpoint's root (RFC 6962).

    ```bash
    for proof in proofs/*; do
      name=$(basename "$proof" .tlog-proof)
      awk -v RS= 'NR == 2' "$proof" >"$t/text"
      size=$(sed -n 2p "$t/text") root=$(sed -n 3p "$t/text")
      i=$(sed -n 's/^index //p' "$proof") n=$((size - 1))
      # The proof is of the log and the index that the file's name says.
      [ "$(head -n 1 "$t/text" | sed 's|/audit/|-|')-$i" = "$name" ]; result=$?
      { printf '\000'; cat "entries/$name.json"; } | hash >"$t/h"
      sed '1,2d;/^$/,$d' "$proof" >"$t/path"
      while read -r step; do
        printf %s "$step" | base64 -d >"$t/s"
        if [ $((i % 2)) = 1 ] || [ "$i" = "$n" ]; then
          { printf '\001'; cat "$t/s" "$t/h"; } | hash >"$t/up"
          while [ $((i % 2)) = 0 ] && [ "$i" != 0 ]; do i=$((i / 2)) n=$((n / 2)); done
        else
          { printf '\001'; cat "$t/h" "$t/s"; } | hash >"$t/up"
        fi
        mv "$t/up" "$t/h"
        i=$((i / 2)) n=$((n / 2))
      done <"$t/path"
      [ "$result" = 0 ] && [ "$n" = 0 ] && [ "$(base64 <"$t/h")" = "$root" ]
      say $? "entries/$name.json"
    done
    for e in entries/*; do
      [ -e "proofs/$(basename "$e" .json).tlog-proof" ] || say 1 "$e: there is no proof of it"
    done
    ```

    ## 5. 数据包清单 / The packets' manifests

    清单由发送方签名；其 SHA-256 即文件夹名，也是日志记录中的 `digest`。签名者须是清单中 `from` 所指的区域。

    The sender signed the manifest; its SHA-256 is the folder's name, and the `digest` in the entries. The signer must be the zone that the manifest's `from` names.

    ```bash
    for p in packets/*; do
      [ -d "$p" ] || continue
      openssl x509 -in "$p/signer.pem" -noout -pubkey | openssl pkey -pubin -outform DER | tail -c 32 >"$t/raw"
      verify "$p/manifest.signed" "$p/signature" "$t/raw"
      say $? "$p: signed by $(openssl x509 -in "$p/signer.pem" -noout -subject)"
      grep -o '"from":"[^"]*","to":"[^"]*"' "$p/manifest"
      tail -n +2 "$p/manifest.signed" | cmp -s - "$p/manifest"
      say $? "$p: the manifest is the signed one"
      [ "$(sha256sum <"$p/manifest" | cut -d' ' -f1)" = "$(basename "$p")" ]
      say $? "$p: its digest"
      grep -q "\"digest\":\"$(basename "$p")\"" entries/*
      say $? "$p: an entry names it"
    done
    ```

    ## 6. 用 Go 再核验一遍 / Once more, with Go

    第 3、4 步的另一种做法，使用 Go 项目的 `golang.org/x/mod/sumdb/note` 和 `tlog`。Debian：`apt install golang-go golang-golang-x-mod-dev`。

    Steps 3 and 4 in another way, with the Go project's own packages for signed notes and transparency logs. On Debian: `apt install golang-go golang-golang-x-mod-dev`.

    ```bash
    GO111MODULE=off GOPATH=/usr/share/gocode go run check.go || echo BAD
    rm -r "$t"
    ```

    """#

  /// In Go. Its “import” is put in, so that nothing takes it for one of this file.
  static let program = #"""
    // Checks every proof of an evidence folder with the Go project's packages for signed notes and transparency logs.
    // Run it inside the folder.
    package main

    \#("import") (
    	"crypto/ed25519"
    	"crypto/sha256"
    	"encoding/base64"
    	"encoding/binary"
    	"fmt"
    	"os"
    	"path/filepath"
    	"strconv"
    	"strings"
    	"time"

    	"golang.org/x/mod/sumdb/note"
    	"golang.org/x/mod/sumdb/tlog"
    )

    // A witness verifies cosignatures (c2sp.org/tlog-cosignature), which Go's package does not know.
    type witness struct {
    	name string
    	hash uint32
    	key  ed25519.PublicKey
    	at   uint64
    }

    func (w *witness) Name() string    { return w.name }
    func (w *witness) KeyHash() uint32 { return w.hash }
    func (w *witness) Verify(text, sig []byte) bool {
    	if len(sig) != 8+ed25519.SignatureSize {
    		return false
    	}
    	w.at = binary.BigEndian.Uint64(sig)
    	return ed25519.Verify(w.key, []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", w.at, text)), sig[8:])
    }

    func main() {
    	var keys []note.Verifier
    	for _, line := range strings.Fields(string(read("keys"))) {
    		if key, err := note.NewVerifier(line); err == nil {
    			keys = append(keys, key)
    			continue
    		}
    		parts := strings.SplitN(line, "+", 3)
    		raw, err := base64.StdEncoding.DecodeString(parts[2])
    		check(err, line)
    		if len(raw) != 33 || raw[0] != 4 {
    			check(fmt.Errorf("no key of a log or a witness"), line)
    		}
    		sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
    		keys = append(keys, &witness{name: parts[0], hash: binary.BigEndian.Uint32(sum[:]), key: raw[1:]})
    	}
    	proofs, _ := filepath.Glob("proofs/*.tlog-proof")
    	for _, path := range proofs {
    		name := strings.TrimSuffix(filepath.Base(path), ".tlog-proof")
    		head, checkpoint, _ := strings.Cut(string(read(path)), "\n\n")
    		signed, err := note.Open([]byte(checkpoint), note.VerifierList(keys...))
    		check(err, path)
    		text := strings.Split(signed.Text, "\n")
    		size, err := strconv.ParseInt(text[1], 10, 64)
    		check(err, path)
    		root, err := tlog.ParseHash(text[2])
    		check(err, path)
    		lines := strings.Split(head, "\n")
    		index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
    		check(err, path)
    		if name != fmt.Sprintf("%s-%d", strings.Replace(text[0], "/audit/", "-", 1), index) {
    			check(fmt.Errorf("it is a proof of %s, entry %d", text[0], index), path)
    		}
    		var hashes tlog.RecordProof
    		for _, line := range lines[2:] {
    			hash, err := tlog.ParseHash(line)
    			check(err, path)
    			hashes = append(hashes, hash)
    		}
    		entry := filepath.Join("entries", name+".json")
    		check(tlog.CheckRecord(hashes, size, root, index, tlog.RecordHash(read(entry))), entry)
    		byLog := false
    		words := ""
    		for _, sig := range signed.Sigs {
    			byLog = byLog || sig.Name == text[0]
    			for _, key := range keys {
    				if w, ok := key.(*witness); ok && w.name == sig.Name && w.hash == sig.Hash {
    					words += fmt.Sprintf(", witnessed by %s at %s", w.name, time.Unix(int64(w.at), 0).UTC().Format(time.RFC3339))
    				}
    			}
    		}
    		if !byLog {
    			check(fmt.Errorf("its checkpoint is not signed by the log itself"), path)
    		}
    		fmt.Printf("ok  %s: entry %d of %s%s\n", entry, index, text[0], words)
    	}
    }

    func read(path string) []byte {
    	data, err := os.ReadFile(path)
    	check(err, path)
    	return data
    }

    func check(err error, what string) {
    	if err != nil {
    		fmt.Printf("BAD %s: %v\n", what, err)
    		os.Exit(1)
    	}
    }

    """#
}
