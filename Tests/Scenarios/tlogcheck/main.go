// Tlogcheck checks a log's folder with Go's own packages for signed notes and Merkle trees, and none of Guandu's code.
//
// usage: tlogcheck FOLDER KEYS [PROOF ENTRY]
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A cosigner verifies cosignature/v1 of C2SP's tlog-cosignature.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	time uint64
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	c.time = binary.BigEndian.Uint64(sig)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", c.time, msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

func newCosigner(vkey string) (*cosigner, error) {
	name, rest, _ := strings.Cut(vkey, "+")
	id, text, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("no cosigner's key: " + vkey)
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != id {
		return nil, errors.New("a key with a wrong ID: " + vkey)
	}
	return &cosigner{name: name, hash: hash, key: key[1:]}, nil
}

type verifiers struct {
	all       []note.Verifier
	cosigners []*cosigner
}

func (v *verifiers) Verifier(name string, hash uint32) (note.Verifier, error) {
	for _, one := range v.all {
		if one.Name() == name && one.KeyHash() == hash {
			return one, nil
		}
	}
	return nil, &note.UnknownVerifierError{Name: name, KeyHash: hash}
}

func readKeys(path string) *verifiers {
	keys := &verifiers{}
	for _, line := range strings.Split(strings.TrimSpace(string(read(path))), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if verifier, err := note.NewVerifier(line); err == nil {
			keys.all = append(keys.all, verifier)
			continue
		}
		cosigner, err := newCosigner(line)
		check(err)
		keys.all = append(keys.all, cosigner)
		keys.cosigners = append(keys.cosigners, cosigner)
	}
	return keys
}

// A folder of tiles of height 8, as C2SP's tlog-tiles names them.
type folder string

func (f folder) Height() int                                { return 8 }
func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) (d [][]byte, e error) {
	for _, tile := range tiles {
		// Go writes the height into the path: tile/8/L/N.
		data, err := os.ReadFile(filepath.Join(string(f), strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		d = append(d, data)
	}
	return d, nil
}

func parse(text string) (origin string, tree tlog.Tree) {
	lines := strings.Split(text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return lines[0], tlog.Tree{N: size, Hash: root}
}

func entries(f folder, size int64) (all [][]byte) {
	for n := int64(0); n < size; n += 256 {
		width := size - n
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: -1, N: n / 256, W: int(width)}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		data := read(filepath.Join(string(f), path))
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
	}
	return all
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("tlogcheck: ")
	place, keys := folder(os.Args[1]), readKeys(os.Args[2])
	signed, err := note.Open(read(filepath.Join(string(place), "checkpoint")), keys)
	check(err)
	origin, tree := parse(signed.Text)
	if signed.Sigs[0].Name != origin {
		log.Fatalf("signed by %s, a checkpoint of %s", signed.Sigs[0].Name, origin)
	}
	all := entries(place, tree.N)
	if int64(len(all)) != tree.N {
		log.Fatalf("%d entries where %d belong", len(all), tree.N)
	}
	// The tiles lead to the root; and each entry is proved from them.
	reader := tlog.TileHashReader(tree, place)
	for index, entry := range all {
		proof, err := tlog.ProveRecord(tree.N, int64(index), reader)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), tlog.RecordHash(entry)))
	}
	fmt.Printf("%s: %d entries, root %s\n", origin, tree.N, tree.Hash)
	if data, err := os.ReadFile(filepath.Join(string(place), "witnessed")); err == nil {
		checkWitnessed(data, keys, tree, reader)
	}
	if len(os.Args) > 3 {
		checkProof(string(read(os.Args[3])), read(os.Args[4]), keys)
	}
}

// checkWitnessed checks the cosignatures of an earlier checkpoint, and that the log extends it.
func checkWitnessed(data []byte, keys *verifiers, tree tlog.Tree, reader tlog.HashReader) {
	signed, err := note.Open(data, keys)
	check(err)
	_, old := parse(signed.Text)
	proof, err := tlog.ProveTree(tree.N, old.N, reader)
	check(err)
	check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
	for _, cosigner := range keys.cosigners {
		for _, sig := range signed.Sigs {
			if sig.Name == cosigner.name && sig.Hash == cosigner.hash {
				fmt.Printf("%d entries cosigned by %s at %d\n", old.N, cosigner.name, cosigner.time)
			}
		}
	}
}

// checkProof checks a proof file by C2SP's tlog-proof.
func checkProof(text string, entry []byte, keys *verifiers) {
	head, checkpoint, _ := strings.Cut(text, "\n\n")
	signed, err := note.Open([]byte(checkpoint), keys)
	check(err)
	_, tree := parse(signed.Text)
	lines := strings.Split(head, "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		log.Fatal("no proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	check(err)
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		check(err)
		proof = append(proof, hash)
	}
	check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)))
	fmt.Printf("entry %d is proved: %s\n", index, bytes.TrimSpace(entry))
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	check(err)
	return data
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
