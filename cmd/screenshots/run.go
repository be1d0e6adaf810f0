package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"recourse/internal/browser"
	"recourse/internal/instance"
)

// run makes the pictures. Nothing but them is left.
func run(ctx context.Context, f flags) (err error) {
	wanted, err := choose(pictures(), f.Only)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.Out, 0o755); err != nil { //nolint:gosec // for everybody to look at
		return err
	}
	i, err := instance.Start(ctx, f.Program, "--reports-max-bytes", "2147483648")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.Stop(context.WithoutCancel(ctx))) }()
	s, err := setScene(ctx, i)
	if err != nil {
		return err
	}
	b, err := browser.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	tab, err := b.Tab(browser.Options{})
	if err != nil {
		return err
	}
	defer tab.Close()
	if _, err := tab.Visit(i.Addresses.SignIn); err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	for _, p := range wanted {
		path := filepath.Join(f.Out, p.name+".png")
		if err := p.take(tab, i, s, path); err != nil {
			return fmt.Errorf("the picture %s: %w", p.name, err)
		}
		fmt.Println(path)
	}
	return nil
}

func choose(all []picture, names []string) ([]picture, error) {
	if len(names) == 0 {
		return all, nil
	}
	var chosen []picture
	for _, name := range names {
		at := slices.IndexFunc(all, func(p picture) bool { return p.name == name })
		if at < 0 {
			return nil, fmt.Errorf("there is no picture %q", name)
		}
		chosen = append(chosen, all[at])
	}
	return chosen, nil
}

func (p picture) take(tab *browser.Tab, i *instance.Instance, s scene, path string) error {
	if p.options.Height == 0 {
		p.options.Height = 600 // a short page then has no long empty part
	}
	if err := tab.Set(p.options); err != nil {
		return err
	}
	v, err := tab.Visit(p.at(i) + p.path)
	if err != nil {
		return err
	}
	if v.Status >= 400 {
		return fmt.Errorf("%s has the status %d", p.path, v.Status)
	}
	if p.then != nil {
		if err := p.then(tab, s); err != nil {
			return err
		}
	}
	// What sticks to the window's edge would stand in the middle of the picture.
	if err := tab.Eval("scrollTo(0, 0)", nil); err != nil {
		return err
	}
	return tab.Screenshot(path, true)
}
