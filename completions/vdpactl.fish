# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion of vdpactl for fish. The grammar is the command's own: its help
# says which objects, commands, keywords and values there are.
#
# In a usage line a word in capitals stands for a value; behind a keyword or an
# option it is that word's value, elsewhere it stands alone. A comma behind it says
# that there may be several.

# The numbers that "$argv[2] show" has of the device $argv[3]; $argv[1] is the command
function __vdpactl_indices
    test -n "$argv[3]"; or return
    for line in ($argv[1] $argv[2] show -- $argv[3] 2>/dev/null)
        string replace -- "$argv[3] " '' $line | string replace -fr '^ *([0-9]+) .*' '$1'
    end
end

# The features that the management device $argv[2], or any, offers
function __vdpactl_features
    set -l of
    test -z "$argv[2]"; or set of -- $argv[2]
    $argv[1] mgmtdev show $of 2>/dev/null | string replace -fr '^  ' '' |
        string split -n ' ' | string match -r '^[A-Z].*' | sort -u
end

# Of the names $argv, which may stand in a list, those that it does not have yet
function __vdpactl_list
    set -l head (string match -r '^.*,' -- (commandline -ct))
    for name in $argv
        string match -q -- "*,$name,*" ",$head"; or echo "$head$name"
    end
end

# What may stand where a usage line says $argv[2]; $argv[1] is the command, $argv[3]
# the device and $argv[4] the management device that the line names
function __vdpactl_values
    switch $argv[2]
        case DEV
            for path in /sys/bus/vdpa/devices/*
                path basename $path
            end
        case MGMTDEV
            $argv[1] mgmtdev show 2>/dev/null | string match -v '* *'
        case VFIO-DEVICE
            for path in /sys/class/vfio-dev/*
                path basename $path
            end
        case FILE PATH
            __fish_complete_path (commandline -ct)
        case G
            __vdpactl_indices $argv[1] group "$argv[3]"
        case A
            __vdpactl_indices $argv[1] asid "$argv[3]"
        case I INDEX
            __vdpactl_indices $argv[1] vq "$argv[3]"
        case 'MASK|NAME,'
            __vdpactl_list (__vdpactl_features $argv[1] "$argv[4]")
        case '*|*,'
            __vdpactl_list (string trim -rc , $argv[2] | string split '|')
        case '*|*'
            string split '|' $argv[2] | string match -r '^[a-z].*'
    end
end

# Candidates for the command $argv[1] among the arguments that the usage
# $argv[2] allows, behind the words $argv[3..]
function __vdpactl_next
    set -l places
    set -l keywords
    set -l takes
    set -l previous ';'

    # ";" keeps what stands behind a bracket apart from what is in it
    set -l usage (string replace -ar '[\[{]' ' ' -- $argv[2] | string replace -ar '[\]}]| \| ' ' ; ')
    for word in (string split -n ' ' -- $usage)
        if string match -qr '^[A-Z]|\|' -- $word
            if string match -qr '^[a-z-]' -- $previous
                set takes[-1] $word
            else
                set -a places $word
            end
        else if test $word != ';'
            set -a keywords $word
            set -a takes ''
        end
        set previous $word
    end

    set -l value ''
    set -l used
    set -l device ''
    set -l mgmtdev ''
    for word in $argv[3..]
        set -l stands ''
        if test -n "$value"
            set stands $value
            set value ''
        else if set -l i (contains -i -- $word $keywords)
            set -a used $word
            set value $takes[$i]
        else
            set stands "$places[1]"
            set -e places[1]
        end
        switch $stands
            case DEV
                set device $word
            case MGMTDEV
                set mgmtdev $word
        end
    end

    if test -n "$value"
        __vdpactl_values $argv[1] $value $device $mgmtdev
        return
    end
    set -q places[1]; and __vdpactl_values $argv[1] $places[1] $device $mgmtdev
    for word in $keywords
        contains -- $word $used; or echo $word
    end
end

function __vdpactl_complete
    set -l words (commandline -opc)
    set -l vdpactl $words[1]
    set -l help ($vdpactl help 2>/dev/null)
    set -l options (string match -ar -- '--[a-z]+' (string match -r 'OPTIONS[^}]*' -- "$help"))
    set -l typed

    for word in $words[2..]
        contains -- (string replace -r '=.*' '' -- $word) $options; or string match -qr '^-[a-zA-Z]' -- $word; or set -a typed $word
    end
    string match -q -- '-*' (commandline -ct); and printf '%s\n' $options

    # "dev help show" is "help dev show"
    test "$typed[2]" != help; or set typed help $typed[1] $typed[3..]

    if not set -q typed[1]; or test "$typed" = help
        string replace -fr '^  ([a-z]+) +(.*)' '$1\t$2' -- $help
        set -q typed[1]; or printf '%s\n' help\t'this overview' version\t'of vdpactl'
        return
    end

    # The usage of the object, a line for each command; what the command is
    # called comes first, unless the object is its own command
    set -l object $typed[1]
    test $object != help; or set object $typed[2]
    set -l usage ($vdpactl help $object 2>/dev/null |
        string replace -fr '.*vdpactl \[OPTIONS\] \S+ ?' '' |
        string replace -ar '\[,[^]]*\]' ',' | string replace -a '...' '')
    if test $typed[1] = help
        set -q typed[3]; or string match -r '^[a-z]\S*' -- $usage
    else if not string match -qr '^[a-z]' -- $usage[1]
        __vdpactl_next $vdpactl "$usage[1]" $typed[2..]
    else if not set -q typed[2]
        string replace -r ' .*' '' -- $usage
        echo help
    else
        set -l start (string escape --style=regex -- $typed[2])
        set -l found (string match -r "^$start(?: .*)?\$" -- $usage) (string match -r "^$start.*" -- $usage)
        __vdpactl_next $vdpactl (string replace -r '^\S+ ?' '' -- "$found[1]") $typed[3..]
    end
end

complete -c vdpactl -f -a '(__vdpactl_complete)'
