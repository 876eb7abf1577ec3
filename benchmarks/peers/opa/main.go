// OPA as a peer of `make bench`: prepared queries, timed in this process.
//
// The first argument names a file with modules, questions and records; then each line
// on standard input is a round, answered by nanoseconds of the processor per decision.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/types"
)

// Work is what the benchmark writes for this program. A query gives a boolean, or an
// object with allow and deny.
type Work struct {
	Query     string
	Modules   []string
	Limits    []bool // whether a module has allow rules, and so is a limit as a ceiling
	Routes    map[string]Route
	Questions []Question
	Records   map[string]map[string]any
}

// Route lists the modules that grant, and those that are ceilings, by their numbers.
type Route struct {
	Granting []int
	Enforced []int
}

type Question struct {
	Route string
	Input any
}

type asked struct {
	route Route
	input ast.Value
}

type peer struct {
	work    Work
	queries []rego.PreparedEvalQuery
	asked   []asked
}

func main() {
	// One processor, as all engines have in this comparison.
	runtime.GOMAXPROCS(1)
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	found, err := load(path)
	if err != nil {
		return err
	}
	before := heap()
	started := processorTime()
	if err := found.prepare(); err != nil {
		return err
	}
	compiled := processorTime() - started
	answers, err := found.round()
	if err != nil {
		return err
	}
	output := json.NewEncoder(os.Stdout)
	if err := output.Encode(map[string]any{
		"answers":  answers,
		"modules":  len(found.queries),
		"compiled": compiled.Nanoseconds(),
		"bytes":    heap() - before,
	}); err != nil {
		return err
	}
	rounds := bufio.NewScanner(os.Stdin)
	for rounds.Scan() {
		started := processorTime()
		if _, err := found.round(); err != nil {
			return err
		}
		spent := float64(processorTime() - started)
		fmt.Println(spent / float64(len(found.asked)))
	}
	return rounds.Err()
}

func load(path string) (*peer, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	found := &peer{}
	if err := json.Unmarshal(text, &found.work); err != nil {
		return nil, err
	}
	for _, question := range found.work.Questions {
		input, err := ast.InterfaceToValue(question.Input)
		if err != nil {
			return nil, err
		}
		found.asked = append(found.asked, asked{found.work.Routes[question.Route], input})
	}
	return found, nil
}

// prepare compiles all modules; a module is compiled by itself, as Pomerium does it.
func (p *peer) prepare() error {
	records, err := p.records()
	if err != nil {
		return err
	}
	lookup := rego.Function2(&rego.Function{
		Name: "get_databroker_record",
		Decl: types.NewFunction(types.Args(types.S, types.S), types.A),
	}, func(_ rego.BuiltinContext, kind, id *ast.Term) (*ast.Term, error) {
		if found, ok := records[string(kind.Value.(ast.String))][string(id.Value.(ast.String))]; ok {
			return found, nil
		}
		return ast.NullTerm(), nil
	})
	for _, module := range p.work.Modules {
		query, err := rego.New(
			rego.Query(p.work.Query), rego.Module("policy.rego", module), lookup,
		).PrepareForEval(context.Background())
		if err != nil {
			return err
		}
		p.queries = append(p.queries, query)
	}
	return nil
}

// records are made OPA's values beforehand, which spares each decision the conversion.
func (p *peer) records() (map[string]map[string]*ast.Term, error) {
	made := map[string]map[string]*ast.Term{}
	for kind, each := range p.work.Records {
		made[kind] = map[string]*ast.Term{}
		for id, record := range each {
			value, err := ast.InterfaceToValue(record)
			if err != nil {
				return nil, err
			}
			made[kind][id] = ast.NewTerm(value)
		}
	}
	return made, nil
}

func (p *peer) round() ([]bool, error) {
	answers := make([]bool, 0, len(p.asked))
	for _, one := range p.asked {
		allowed, err := p.decide(one)
		if err != nil {
			return nil, err
		}
		answers = append(answers, allowed)
	}
	return answers, nil
}

// decide joins what the modules of a route say: a refusal wins, a ceiling refuses.
func (p *peer) decide(one asked) (bool, error) {
	granted, refused := false, false
	for _, number := range one.route.Granting {
		allow, deny, err := p.ask(number, one.input)
		if err != nil {
			return false, err
		}
		granted, refused = granted || allow, refused || deny
	}
	for _, number := range one.route.Enforced {
		allow, deny, err := p.ask(number, one.input)
		if err != nil {
			return false, err
		}
		refused = refused || deny || (p.work.Limits[number] && !allow)
	}
	return granted && !refused, nil
}

func (p *peer) ask(number int, input ast.Value) (allow, deny bool, err error) {
	found, err := p.queries[number].Eval(context.Background(), rego.EvalParsedInput(input))
	if err != nil || len(found) == 0 {
		return false, false, err
	}
	switch answer := found[0].Bindings["result"].(type) {
	case bool:
		return answer, false, nil
	case map[string]any:
		return holds(answer["allow"]), holds(answer["deny"]), nil
	default:
		return false, false, fmt.Errorf("neither boolean nor object: %v", answer)
	}
}

// holds reads a boolean, or a list that begins with one.
func holds(value any) bool {
	if list, ok := value.([]any); ok && len(list) > 0 {
		value = list[0]
	}
	is, _ := value.(bool)
	return is
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func heap() int64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return int64(memory.HeapAlloc)
}
