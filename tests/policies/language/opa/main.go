// Command opa runs Rego as Pomerium Core runs it, for the tests.
//
// One JSON object a line goes in, {"module", "now", "questions": [{"input", "records"}]},
// and one comes out, {"error"} or {"answers": [{"result"} or {"error"}]}. Without
// questions it only says whether the module compiles. With "untyped", what OPA can tell
// of types beforehand is no error.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"time"

	"github.com/open-policy-agent/opa/ast"
	"github.com/open-policy-agent/opa/rego"
	"github.com/open-policy-agent/opa/types"
	v1 "github.com/open-policy-agent/opa/v1/ast"
	"golang.org/x/crypto/ssh"
)

const patience = 10 * time.Second

type records map[string]map[string]any

type job struct {
	Module    string     `json:"module"`
	Now       float64    `json:"now"`
	Questions []question `json:"questions"`
	Untyped   bool       `json:"untyped"`
}

type question struct {
	Input   any     `json:"input"`
	Records records `json:"records"`
}

type answer struct {
	Result any    `json:"result,omitempty"`
	Error  string `json:"error,omitempty"`
}

type reply struct {
	Error   string   `json:"error,omitempty"`
	Answers []answer `json:"answers"`
}

func main() {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		if err := out.Encode(run(line)); err != nil {
			panic(err)
		}
	}
}

func run(line []byte) reply {
	var work job
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&work); err != nil {
		return reply{Error: err.Error()}
	}
	now := time.Unix(0, int64(work.Now*1e9))
	world := &store{now: now}
	options := []func(*rego.Rego){
		rego.Module("pomerium.policy", work.Module),
		rego.Query("result = data.pomerium.policy"),
		rego.Time(now),
		world.record(),
		verifier(now),
	}
	if work.Untyped {
		options = append(options, rego.Compiler(untyped()))
	}
	query, err := rego.New(options...).PrepareForEval(context.Background())
	if err != nil {
		return reply{Error: err.Error()}
	}
	answers := []answer{}
	for _, asked := range work.Questions {
		world.records = asked.Records
		answers = append(answers, ask(query, asked.Input, now))
	}
	return reply{Answers: answers}
}

func untyped() *ast.Compiler {
	return ast.NewCompiler().WithSkipStages(v1.StageCheckTypes).WithBuiltins(
		map[string]*ast.Builtin{
			recordFunction.Name: {Name: recordFunction.Name, Decl: recordFunction.Decl},
			verifyFunction.Name: {Name: verifyFunction.Name, Decl: verifyFunction.Decl},
		})
}

func ask(query rego.PreparedEvalQuery, input any, now time.Time) (reply answer) {
	defer func() {
		if problem := recover(); problem != nil {
			reply = answer{Error: "OPA broke down"}
		}
	}()
	limited, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	found, err := query.Eval(limited, rego.EvalInput(input), rego.EvalTime(now))
	if err != nil {
		return answer{Error: err.Error()}
	}
	if len(found) != 1 {
		return answer{Error: "undefined"}
	}
	return answer{Result: found[0].Bindings["result"]}
}

var recordFunction = &rego.Function{
	Name: "get_databroker_record",
	Decl: types.NewFunction(
		types.Args(types.S, types.S),
		types.NewObject(nil, types.NewDynamicProperty(types.S, types.S)),
	),
}

var verifyFunction = &rego.Function{
	Name: "ssh_verify_user_cert",
	Decl: types.NewFunction(
		types.Args(types.S, types.S, types.NewArray(nil, types.S)), types.B),
}

// store answers get_databroker_record, with the signature that Core declares.
type store struct {
	records records
	now     time.Time
}

func (s *store) record() func(*rego.Rego) {
	return rego.Function2(recordFunction, func(_ rego.BuiltinContext, kind, id *ast.Term) (*ast.Term, error) {
		name, ok := kind.Value.(ast.String)
		key, isText := id.Value.(ast.String)
		if !ok || !isText {
			return nil, errors.New("a type and an id are needed")
		}
		found := s.find(string(name), string(key))
		if found == nil || s.hasExpired(found) {
			return ast.NullTerm(), nil
		}
		value, err := ast.InterfaceToValue(found)
		return ast.NewTerm(value), err
	})
}

// find returns the record of an id, or the one with the smallest network around it.
func (s *store) find(kind, key string) any {
	if found, ok := s.records[kind][key]; ok {
		return found
	}
	address, err := netip.ParseAddr(key)
	if err != nil {
		return nil
	}
	var best any
	longest := -1
	for _, one := range s.records[kind] {
		network, ok := networkOf(one)
		if ok && network.Contains(address) && network.Bits() > longest {
			best, longest = one, network.Bits()
		}
	}
	return best
}

func networkOf(record any) (netip.Prefix, bool) {
	fields, _ := record.(map[string]any)
	index, _ := fields["$index"].(map[string]any)
	text, _ := index["cidr"].(string)
	network, err := netip.ParsePrefix(text)
	return network, err == nil
}

func (s *store) hasExpired(record any) bool {
	fields, _ := record.(map[string]any)
	expiry, ok := fields["expires_at"].(map[string]any)
	if !ok {
		return false
	}
	seconds, _ := expiry["seconds"].(json.Number)
	nanos, _ := expiry["nanos"].(json.Number)
	whole, _ := seconds.Int64()
	part, _ := nanos.Int64()
	return time.Unix(whole, part).Before(s.now)
}

func verifier(now time.Time) func(*rego.Rego) {
	return rego.Function3(verifyFunction, func(_ rego.BuiltinContext, name, key, authorities *ast.Term) (*ast.Term, error) {
		var username, presented string
		var trusted []string
		for term, into := range map[*ast.Term]any{
			name: &username, key: &presented, authorities: &trusted,
		} {
			if err := ast.As(term.Value, into); err != nil {
				return nil, err
			}
		}
		wire, err := base64.StdEncoding.DecodeString(presented)
		if err != nil {
			return nil, err
		}
		parsed, err := ssh.ParsePublicKey(wire)
		if err != nil {
			return nil, err
		}
		certificate, ok := parsed.(*ssh.Certificate)
		if !ok {
			return ast.BooleanTerm(false), nil
		}
		checker := ssh.CertChecker{
			Clock: func() time.Time { return now },
			IsUserAuthority: func(authority ssh.PublicKey) bool {
				text := base64.StdEncoding.EncodeToString(authority.Marshal())
				for _, one := range trusted {
					if one == text {
						return true
					}
				}
				return false
			},
		}
		_, err = checker.Authenticate(connection{username: username}, certificate)
		return ast.BooleanTerm(err == nil), nil
	})
}

type connection struct {
	ssh.ConnMetadata
	username string
}

func (c connection) User() string {
	return c.username
}
